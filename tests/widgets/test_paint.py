"""The field to paint in: what is painted is what the network reads."""

import re
from html import unescape

import numpy as np
import pytest

from backprop_lib import Network
from backprop_lib.datasets import mnist, one_hot
from backprop_lib.training.batches import accuracy
from backprop_lib.training.trainer import Trainer
from backprop_lib.widgets import LiveTrainer
from backprop_lib.widgets.paint import paint
from backprop_lib.widgets.paint.paint import PaintField, centred

DIGITS = mnist()


@pytest.fixture(scope="module")
def reader():
    """Return a network that has learned a little."""
    net = Network.random([784, 16, 10], seed=0, loss="binary_cross_entropy")
    x, t = DIGITS.x_train[:6000].reshape(-1, 784), one_hot(DIGITS.y_train[:6000], 10)
    trainer = Trainer(net, x, t, 0.5, batch_size=16, dtype="float32", scale=1 / 255)
    for _ in range(3):
        trainer.epoch(measure=False)
    return trainer.network


@pytest.fixture
def field(reader):
    return PaintField(reader, DIGITS.x_test[:3])


def browser_sends(field, pixels):
    """Send a drawing as the browser does, and check that it is answered."""
    ask(field, f"ink {bytes(pixels).hex()}")


def ask(field, text):
    """Ask what the page asks, and check that it is answered once."""
    said = field.answer["said"]
    field.set_state({"asked": [field.asked[0] + 1, text]})
    assert field.answer["said"] == said + 1


def shown(field):
    """What the answer's drawing says to those who cannot see it."""
    (words,) = re.findall(r'role="img" aria-label="(.*?)"', field.drawn)
    return unescape(words)


def test_it_begins_with_the_first_image_and_reads_it(field, reader):
    assert field.pixels == DIGITS.x_test[0].tobytes()
    expected = reader.forward(centred(DIGITS.x_test[0]).ravel() / 255).a[-1]
    assert field.outputs == pytest.approx(expected, rel=1e-12)
    assert field.answer["sentence"].startswith("The network reads a 7, with ")


def test_a_stroke_changes_what_is_read_at_once(field, reader):
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 13:15] = 255
    browser_sends(field, bar.tobytes())
    assert field.outputs == pytest.approx(reader.forward(centred(bar).ravel() / 255).a[-1], rel=1e-12)
    assert "reads a 1" in field.answer["sentence"]
    for digit, value in enumerate(field.outputs):
        assert f"{digit}: {value:.3f}" in shown(field)


def test_without_fitting_the_network_sees_the_drawing_as_it_is(field, reader):
    corner = np.zeros((28, 28), np.uint8)
    corner[1:9, 2:4] = 255
    browser_sends(field, corner.tobytes())
    fitted = field.outputs
    ask(field, "as it is")
    assert not field.centre
    assert field.outputs == pytest.approx(reader.forward(corner.ravel() / 255).a[-1], rel=1e-12)
    assert field.outputs != fitted
    ask(field, "fitted")
    assert field.outputs == fitted
    field.centre = False
    assert field.outputs != fitted


def test_another_image_comes_with_a_button(field):
    for k in (1, 2, 0):
        ask(field, "another")
        assert field.pixels == DIGITS.x_test[k].tobytes()
        assert field.given == field.pixels.hex()


def test_what_is_painted_is_not_sent_back(field):
    before = field.given
    browser_sends(field, bytes(784))
    assert field.given == before
    field.pixels = bytes([9]) * 784
    assert field.given == "09" * 784


def test_before_it_is_run_the_drawing_stands_there_as_a_picture(field):
    (picture,) = field.pictures()
    assert picture.alt.startswith("A grey image of 28 × 28 pixels: “the drawing”, ink on ")
    data, _ = field._repr_mimebundle_()
    assert data["text/html"].startswith("<img ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' is nothing that the field is asked."),
        ("ink zz", "non-hexadecimal number found in fromhex() arg at position 0"),
        ("x" * 2000, "2,000 letters were typed, expected at most 1572."),
    ],
)
def test_a_page_that_asks_nonsense_is_answered(field, text, says):
    ask(field, text)
    assert field.answer["sentence"] == says
    ask(field, "another")
    assert field.answer["traceback"] == ""


def test_an_empty_field_is_said_to_be_empty(field):
    browser_sends(field, bytes(784))
    assert field.answer["sentence"] == "Nothing is painted yet."
    assert len(field.outputs) == 10


def test_what_makes_no_sense_is_said_and_the_field_stays_usable(field):
    browser_sends(field, b"\1\2\3")
    assert field.answer["sentence"] == "pixels holds 3 bytes, expected 784."
    assert field.answer["traceback"].startswith("Traceback")
    browser_sends(field, bytes(784))
    assert field.answer["sentence"] == "Nothing is painted yet."


def test_a_network_that_cannot_read_it_is_refused():
    with pytest.raises(ValueError, match=r"source is Network 10-3-2.*expected 784 inputs and 10 outputs"):
        PaintField(Network.random([10, 3, 2]), DIGITS.x_test[:1])


@pytest.mark.parametrize(
    "images", [np.zeros((2, 28, 27), np.uint8), np.zeros((1, 28, 28)), np.zeros((0, 28, 28))]
)
def test_images_of_another_kind_are_refused(reader, images):
    with pytest.raises(ValueError, match="expected bytes of shape"):
        PaintField(reader, images)


def test_it_reads_with_a_network_that_still_learns():
    x, t = DIGITS.x_train[:500].reshape(-1, 784), one_hot(DIGITS.y_train[:500], 10)
    live = LiveTrainer(Network.random([784, 8, 10]), x, t, 0.5, scale=1 / 255)
    field = PaintField(live, DIGITS.x_test[:1])
    before = field.outputs
    live.start(1)
    live.wait(20)
    assert field.outputs != before
    expected = live.network.forward(centred(DIGITS.x_test[0]).ravel() / 255).a[-1]
    assert field.outputs == pytest.approx(expected, rel=1e-12)


def centre_of_mass(image):
    return [(image.sum(axis=1 - k) * (np.arange(28) + 0.5)).sum() / image.sum() for k in (0, 1)]


@pytest.mark.parametrize(
    ("height", "width", "at"), [(20, 3, (0, 0)), (4, 9, (20, 3)), (28, 28, (0, 0)), (1, 1, (5, 27))]
)
def test_ink_is_fitted_and_its_centre_put_in_the_middle(height, width, at):
    image = np.zeros((28, 28))
    image[at[0] : at[0] + height, at[1] : at[1] + width] = 200
    fitted = centred(image)
    assert fitted.max() == pytest.approx(200)
    assert all(13.999 < centre < 15 for centre in centre_of_mass(fitted))
    scale = 20 / max(height, width)
    assert fitted.sum() == pytest.approx(200 * height * width * scale**2)


def test_lopsided_ink_stays_inside():
    image = np.zeros((28, 28))
    image[3:23, 5:25] = np.where(np.arange(20) < 2, 255, 30)
    fitted = centred(image)
    assert fitted.sum() == pytest.approx(image.sum())


def test_images_of_mnist_are_as_they_should_be_already():
    for image in DIGITS.x_test[:500]:
        assert centred(image) == pytest.approx(image, abs=1e-6)


def test_smaller_digits_in_a_corner_are_read_after_fitting(reader):
    images, t = DIGITS.x_test[:300].astype(float), one_hot(DIGITS.y_test[:300], 10)
    small = np.zeros_like(images)
    small[:, 1:15, 12:26] = images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))

    def right(pictures):
        return accuracy(reader, pictures.reshape(-1, 784), t, scale=1 / 255)

    assert right(small) < 0.4
    assert right(np.array([centred(image) for image in small])) > right(images) - 0.1


@pytest.mark.parametrize(
    ("a", "words"),
    [
        ({8: 0.97, 3: 0.2}, "The network reads an 8, with 0.97. Next comes 3, with 0.20."),
        ({3: 0.97, 8: 0.2}, "The network reads a 3, with 0.97. Next comes 8, with 0.20."),
        (
            {8: 0.4, 0: 0.3},
            "The network is not sure. Its best guess is an 8, with 0.40. Next comes 0, with 0.30.",
        ),
        ({4: 0.99, 0: 0.001}, "The network reads a 4, with 0.99. All others have less than 0.005."),
    ],
)
def test_what_is_read_is_said_as_one_would_say_it(a, words):
    outputs = np.array([a.get(k, 0.0) for k in range(10)])
    assert paint._answer([outputs], painted=True) == words
