"""Products by oneDNN against PyTorch's in float64."""
from __future__ import annotations

import pytest
import torch
from torch import nn

from rollout_lab.devices import cpu_products
from rollout_lab.devices.cpu_products import LEAST_TALL, TILE, fast_linear, has_fast_products, product, tall_product, use_fast_products


@pytest.fixture(params=[True, False], ids=["oneDNN", "PyTorch"])
def chosen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Both ways, whatever the maker of the processor."""
    if request.param and not (torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")):
        pytest.skip("this PyTorch has no oneDNN")
    monkeypatch.setattr(cpu_products, "has_fast_products", lambda: request.param)
    return request.param


@pytest.mark.parametrize("width", [5, 30])
def test_a_linear_layer_and_its_gradients(chosen: bool, width: int) -> None:
    torch.manual_seed(0)
    for shape, bias in (((3, 7, 12), True), ((40, 12), False), ((1, 12), True)):
        layer, truth = nn.Linear(12, width, bias=bias), nn.Linear(12, width, bias=bias).double()
        truth.load_state_dict(layer.state_dict())
        use_fast_products(layer)
        assert ("forward" in vars(layer)) == chosen
        x = torch.randn(shape, requires_grad=True)
        exact = x.detach().double().requires_grad_()
        made, expected = layer(x), truth(exact)
        slope = torch.randn(made.shape)
        made.backward(slope)
        expected.backward(slope.double())
        found = [made, x.grad, *(parameter.grad for parameter in layer.parameters())]
        wanted = [expected, exact.grad, *(parameter.grad for parameter in truth.parameters())]
        for one, other in zip(found, wanted):
            assert one.shape == other.shape and torch.allclose(one.double(), other, atol=1e-5)
        with torch.no_grad():
            assert torch.equal(layer(x), made)


def test_a_product(chosen: bool) -> None:
    a, b = torch.randn(6, 11), torch.randn(11, 4)
    assert torch.allclose(product(a, b), a @ b, atol=1e-5)
    assert torch.allclose(product(b.t(), a.t()), (a @ b).t(), atol=1e-5)
    assert product(a.double(), b.double()).dtype == torch.float64


@pytest.mark.parametrize("rows", [1, LEAST_TALL - 1, LEAST_TALL, LEAST_TALL + 3 * TILE + 5])
def test_a_product_of_tall_matrices(chosen: bool, rows: int) -> None:
    torch.manual_seed(rows)
    a, b = torch.randn(rows, 7), torch.randn(rows, 12)
    for one, other in ((a, b), (b, a), (a[:, ::2], b), (torch.randn(7, rows).t(), b)):
        exact = one.double().t() @ other.double()
        assert torch.allclose(tall_product(one, other).double(), exact, atol=1e-5 * rows**0.5)


def test_other_types_and_autocast_stay_with_pytorch(chosen: bool) -> None:
    x, weight = torch.randn(4, 6), torch.randn(3, 6)
    assert fast_linear(x.bfloat16(), weight.bfloat16()).dtype == torch.bfloat16
    with torch.autocast("cpu", torch.bfloat16):
        assert fast_linear(x, weight).dtype == torch.bfloat16
    assert fast_linear(x[:0], weight).shape == (0, 3)


def test_frozen_weights_get_no_gradient(chosen: bool) -> None:
    layer = nn.Linear(6, 3).requires_grad_(False)
    use_fast_products(layer)
    x = torch.randn(4, 6, requires_grad=True)
    layer(x).sum().backward()
    assert layer.weight.grad is None and layer.bias.grad is None
    assert torch.allclose(x.grad, layer.weight.sum(0).expand(4, 6), atol=1e-6)


def test_other_makers_keep_what_they_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_products, "_maker", lambda: "vendor_id : GenuineIntel")
    has_fast_products.cache_clear()
    assert not has_fast_products()
    has_fast_products.cache_clear()
