"""The same training by scikit-learn, PyTorch and JAX; see `training_peers`."""

from __future__ import annotations

import os

import numpy as np
from training_peers import AT_ONCE, Problem, Run


def scikit_learn(p: Problem) -> Run:
    """Its own loss for sigmoid outputs is the cross-entropy, so it saves the slope of the last sigmoid."""
    from sklearn.neural_network import MLPRegressor

    x = p.floats()
    model = MLPRegressor(
        hidden_layer_sizes=tuple(p.net.sizes[1:-1]),
        activation="logistic",
        solver="sgd",
        alpha=0,
        batch_size=min(p.batch_size, len(x)),
        learning_rate_init=p.learning_rate,
        momentum=0,
        nesterovs_momentum=False,
        random_state=0,
    )
    model.partial_fit(x, p.t)  # makes its arrays
    model.out_activation_ = "logistic"
    for W, b, (start, bias) in zip(model.coefs_, model.intercepts_, p.layers, strict=True):
        W[:], b[:] = start.T, bias
    return (
        lambda: model.partial_fit(x, p.t),
        lambda: p.result(zip((W.T for W in model.coefs_), model.intercepts_, strict=True)),
    )


def pytorch(p: Problem) -> Run:
    """Modules and an optimiser, as its tutorials have it, with the batches taken by index."""
    import torch

    torch.set_num_threads(1)
    rng, x, t = np.random.default_rng(0), torch.from_numpy(p.floats()), torch.from_numpy(p.t)
    modules = []
    for W, b in p.copies():
        modules += [torch.nn.Linear(W.shape[1], W.shape[0], dtype=x.dtype), torch.nn.Sigmoid()]
        modules[-2].weight.data, modules[-2].bias.data = torch.from_numpy(W), torch.from_numpy(b)
    model = torch.nn.Sequential(*modules)
    optimiser = torch.optim.SGD(model.parameters(), lr=p.learning_rate)

    def epoch() -> None:
        for batch in p.batches(rng):
            batch = torch.from_numpy(batch)
            loss = p.slope / 2 * ((model(x[batch]) - t[batch]) ** 2).sum() / len(batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    linear = modules[::2]
    return epoch, lambda: p.result((m.weight.detach().numpy(), m.bias.detach().numpy()) for m in linear)


def pytorch_by_hand(p: Problem) -> Run:
    """PyTorch's arrays without its automatic differentiation."""
    import torch

    torch.set_num_threads(1)
    rng, x, t = np.random.default_rng(0), torch.from_numpy(p.floats()), torch.from_numpy(p.t)
    layers = [(torch.from_numpy(W), torch.from_numpy(b)) for W, b in p.copies()]

    @torch.no_grad()
    def epoch() -> None:
        for batch in p.batches(rng):
            batch = torch.from_numpy(batch)
            a = [x[batch]]
            for W, b in layers:
                a.append(torch.addmm(b, a[-1], W.T).sigmoid_())
            delta = (a[-1] - t[batch]) * a[-1] * (1 - a[-1]) * (p.slope * p.learning_rate / len(batch))
            for i in range(len(layers) - 1, -1, -1):
                W, b = layers[i]
                below = delta @ W * a[i] * (1 - a[i]) if i else None
                W.addmm_(delta.T, a[i], alpha=-1)
                b -= delta.sum(0)
                delta = below

    return epoch, lambda: p.result((W.numpy(), b.numpy()) for W, b in layers)


def jax_compiled(p: Problem) -> Run:
    """JAX at its best: all batches of an epoch, or all epochs, in one compiled program."""
    return _jax(p, whole=True)


def jax_by_step(p: Problem) -> Run:
    """JAX with one compiled step that Python calls for each batch."""
    return _jax(p, whole=False)


def _jax(p: Problem, whole: bool) -> Run:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"  # one thread, as for all
    import jax
    import jax.numpy as jnp

    if p.dtype == "float64":
        jax.config.update("jax_enable_x64", True)
    rng, x, t = np.random.default_rng(0), jnp.asarray(p.floats()), jnp.asarray(p.t)
    state = [[(jnp.asarray(W), jnp.asarray(b)) for W, b in p.layers]]

    def loss(layers, a, t):
        for W, b in layers:
            a = jax.nn.sigmoid(a @ W.T + b)
        return p.slope / 2 * ((a - t) ** 2).sum() / len(t)

    def step(layers, batch):
        slopes = jax.grad(loss)(layers, x[batch], t[batch])
        return jax.tree.map(lambda w, g: w - p.learning_rate * g, layers, slopes)

    def many(layers, batches, rest):
        layers, _ = jax.lax.scan(lambda layers, batch: (step(layers, batch), None), layers, batches)
        return step(layers, rest) if rest.size else layers

    compiled, compiled_step = jax.jit(many), jax.jit(step)

    def epochs_whole() -> None:
        if p.batch_size >= len(p.x):  # the whole batch, again and again
            batches = np.tile(np.arange(len(p.x)), (p.epochs, 1))
            state[0] = jax.block_until_ready(compiled(state[0], batches, np.empty(0, int)))
            return
        for _ in range(p.epochs):
            order, last = rng.permutation(len(p.x)), len(p.x) % p.batch_size
            batches, rest = np.split(order, [len(p.x) - last])
            state[0] = compiled(state[0], batches.reshape(-1, p.batch_size), rest)
        jax.block_until_ready(state[0])

    def epoch_by_step() -> None:
        for batch in p.batches(rng):
            state[0] = compiled_step(state[0], batch)
        jax.block_until_ready(state[0])

    return (epochs_whole if whole else epoch_by_step), lambda: p.result(state[0])


AT_ONCE.add(jax_compiled)
FRAMEWORKS = {
    "scikit-learn": scikit_learn,
    "PyTorch, modules and SGD": pytorch,
    "PyTorch, updates by hand": pytorch_by_hand,
    "JAX, compiled as a whole": jax_compiled,
    "JAX, compiled step": jax_by_step,
}
