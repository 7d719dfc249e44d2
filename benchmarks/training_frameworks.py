"""The same training by scikit-learn, PyTorch and JAX; see `training_peers`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator

import numpy as np
from training_peers import AT_ONCE, Problem, Run


def scikit_learn(p: Problem) -> Run:
    """Its own loss for sigmoid outputs is the cross-entropy, so it saves the slope of the last sigmoid.

    All epochs are one call of `fit`, and it is told not to look for what is not finite.
    """
    import sklearn
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    x = p.floats()
    model = MLPRegressor(
        hidden_layer_sizes=tuple(p.net.sizes[1:-1]),
        activation="logistic",
        solver="sgd",
        alpha=0,
        batch_size=min(p.batch_size, len(x)),
        learning_rate_init=p.learning_rate,
        max_iter=p.epochs,
        n_iter_no_change=10**9,
        momentum=0,
        nesterovs_momentum=False,
        shuffle=p.batch_size < len(x),
        random_state=np.random.RandomState(0),
        warm_start=True,
    )
    model.partial_fit(x, p.t)  # makes its arrays
    model.out_activation_ = "logistic"
    for W, b, (start, bias) in zip(model.coefs_, model.intercepts_, p.layers, strict=True):
        W[:], b[:] = start.T, bias

    def epochs() -> None:
        settings = sklearn.config_context(assume_finite=True, skip_parameter_validation=True)
        with settings, warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # so many epochs are meant
            model.fit(x, p.t)

    return epochs, lambda: p.result(zip((W.T for W in model.coefs_), model.intercepts_, strict=True))


def _tensors(p: Problem) -> Callable[[], Iterator[tuple]]:
    """Return what yields an epoch's batches as tensors; `index_select` is thrice as fast as an index."""
    import torch

    torch.set_num_threads(1)
    rng, x, t = np.random.default_rng(0), torch.tensor(p.given), torch.from_numpy(p.t)

    def batches() -> Iterator[tuple]:
        if p.batch_size >= len(x):
            yield x, t
            return
        for chosen in map(torch.from_numpy, p.blocks(rng)):
            X = x.index_select(0, chosen)
            X = X.to(t.dtype).mul_(p.scale) if X.dtype == torch.uint8 else X
            yield from p.cut(X, t.index_select(0, chosen))

    return batches


def pytorch(p: Problem) -> Run:
    """Modules and an optimiser, as its tutorials have it, with PyTorch's own loss and the fused steps."""
    import torch

    batches, modules = _tensors(p), []
    for W, b in p.copies():
        modules += [torch.nn.Linear(*W.T.shape, dtype=getattr(torch, p.dtype)), torch.nn.Sigmoid()]
        modules[-2].weight.data, modules[-2].bias.data = torch.from_numpy(W), torch.from_numpy(b)
    model = torch.nn.Sequential(*modules)
    optimiser = torch.optim.SGD(model.parameters(), lr=p.learning_rate, fused=True)
    squares = torch.nn.MSELoss()  # the mean over the outputs too
    factor = p.slope / 2 * p.net.sizes[-1]

    def epoch() -> None:
        for X, T in batches():
            optimiser.zero_grad()
            (squares(model(X), T) * factor).backward()
            optimiser.step()

    linear = modules[::2]
    return epoch, lambda: p.result((m.weight.detach().numpy(), m.bias.detach().numpy()) for m in linear)


def pytorch_by_hand(p: Problem) -> Run:
    """PyTorch's arrays without its automatic differentiation, in place where it can be."""
    import torch

    batches = _tensors(p)
    layers = [(torch.from_numpy(W), torch.from_numpy(b)) for W, b in p.copies()]
    times_slope = torch.ops.aten.sigmoid_backward.default

    @torch.inference_mode()
    def epoch() -> None:
        for X, T in batches():
            a = [X]
            for W, b in layers:
                a.append(torch.addmm(b, a[-1], W.T).sigmoid_())
            delta = torch.sub(a[-1], T).mul_(p.slope * p.learning_rate / len(X))
            for i in range(len(layers) - 1, -1, -1):
                W, b = layers[i]
                delta = times_slope(delta, a[i + 1])
                below = delta @ W if i else None
                W.addmm_(delta.T, a[i], alpha=-1)
                b.sub_(delta.sum(0))
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
    rng, x, t = np.random.default_rng(0), jnp.asarray(p.given), jnp.asarray(p.t)
    state = [[(jnp.asarray(W), jnp.asarray(b)) for W, b in p.layers]]

    def loss(layers, a, t):
        for W, b in layers:
            a = jax.nn.sigmoid(a @ W.T + b)
        return p.slope / 2 * ((a - t) ** 2).sum() / len(t)

    def update(layers, X, T):
        slopes = jax.grad(loss)(layers, X, T)
        return jax.tree.map(lambda w, g: w - p.learning_rate * g, layers, slopes)

    def step(layers, batch):
        X, T = (array.at[batch].get(mode="promise_in_bounds") for array in (x, t))
        return update(layers, X.astype(T.dtype) * p.scale if X.dtype == jnp.uint8 else X, T)

    def epoch(layers, batches, rest):
        layers, _ = jax.lax.scan(lambda layers, batch: (step(layers, batch), None), layers, batches)
        return step(layers, rest) if rest.size else layers

    if p.batch_size >= len(p.x):  # the whole batch, again and again
        many = jax.jit(
            lambda layers: jax.lax.fori_loop(0, p.epochs, lambda _, now: update(now, x, t), layers)
        )
        once = jax.jit(update)
    else:
        compiled, compiled_step = jax.jit(epoch), jax.jit(step)

    def epochs_whole() -> None:
        if p.batch_size >= len(p.x):
            state[0] = many(state[0])
        else:
            for _ in range(p.epochs):
                order, last = rng.permutation(len(p.x)), len(p.x) % p.batch_size
                batches, rest = np.split(order, [len(p.x) - last])
                state[0] = compiled(state[0], batches.reshape(-1, p.batch_size), rest)
        jax.block_until_ready(state[0])

    def epochs_by_step() -> None:
        for _ in range(p.epochs):
            if p.batch_size >= len(p.x):
                state[0] = once(state[0], x, t)
            else:
                for batch in p.batches(rng):
                    state[0] = compiled_step(state[0], batch)
        jax.block_until_ready(state[0])

    return (epochs_whole if whole else epochs_by_step), lambda: p.result(state[0])


AT_ONCE |= {jax_by_step, jax_compiled, scikit_learn}
FRAMEWORKS = {
    "scikit-learn": scikit_learn,
    "PyTorch, modules and SGD": pytorch,
    "PyTorch, updates by hand": pytorch_by_hand,
    "JAX, compiled as a whole": jax_compiled,
    "JAX, compiled step": jax_by_step,
}
