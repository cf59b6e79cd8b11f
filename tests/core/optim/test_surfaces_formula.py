"""Surfaces, own formulas and points: gradients against autograd, minima against scikit-learn and SciPy, bad input."""

import math
import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nlm_core.optim.descent import Settings
from nlm_core.optim.formula import MAX_DEPTH, MAX_LENGTH, FormulaError, formula_surface, parse
from nlm_core.optim.path import descend
from nlm_core.optim.points import MAX_BYTES, MAX_ROWS, Points, PointsError, parse_csv, points_from_cells
from nlm_core.optim.surface import DataSurface, autograd_gradient, grid
from nlm_core.optim.surfaces import SURFACES, default_points, surface

coordinate = st.floats(-3, 3)


def theta_of(*pairs):
    return torch.tensor(np.array(pairs), dtype=torch.float64)


@pytest.mark.parametrize("name", SURFACES)
@settings(max_examples=20, deadline=None)
@given(pairs=st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=4))
def test_gradient_equals_autograd(name, pairs):
    chosen, theta = surface(name), theta_of(*pairs)
    torch.testing.assert_close(chosen.gradient(theta), autograd_gradient(chosen.loss, theta), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", SURFACES)
def test_any_leading_shape_gives_the_same_losses(name):
    chosen = surface(name)
    theta = torch.randn(2, 3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    together = chosen.loss(theta)
    assert together.shape == (2, 3)
    assert float(together[1, 2]) == pytest.approx(float(chosen.loss(theta[1, 2])))


@pytest.mark.parametrize("name", SURFACES)
def test_known_minima_are_lower_than_all_around_them(name):
    chosen = surface(name)
    around = torch.linspace(0, 2 * math.pi, 13, dtype=torch.float64)
    ring = 1e-3 * torch.stack([around.cos(), around.sin()], 1)
    for minimum in chosen.minima:
        at = theta_of(minimum)
        assert float(chosen.gradient(at).abs().max()) < 1e-6
        assert bool((chosen.loss(at + ring) > chosen.loss(at)).all())


@pytest.mark.parametrize("name", SURFACES)
def test_suggested_start_and_rate_go_down(name):
    chosen = surface(name)
    path = descend(chosen, [chosen.start], Settings("GD", chosen.rate, 100))
    assert path.diverged == ()
    assert path.losses[0, -1] < 0.95 * path.losses[0, 0]
    assert chosen.x_range[0] < chosen.start[0] < chosen.x_range[1]
    assert chosen.y_range[0] < chosen.start[1] < chosen.y_range[1]


@pytest.mark.parametrize("name", ["Linear regression", "Logistic regression", "Two weights of a network"])
def test_batches_of_examples_average_to_the_whole(name):
    chosen = surface(name)
    assert isinstance(chosen, DataSurface)
    theta = theta_of((0.3, -0.7), (1.0, 2.0))
    order = torch.randperm(chosen.examples, generator=torch.Generator().manual_seed(0)).expand(2, -1)
    torch.testing.assert_close(chosen.losses(theta, order).mean(-1), chosen.loss(theta))
    halves = [chosen.gradient(theta, part) for part in torch.chunk(order, 2, 1)]
    torch.testing.assert_close(sum(halves) / 2, chosen.gradient(theta))


def test_regression_minimum_is_scikit_learns():
    from sklearn.linear_model import LinearRegression, LogisticRegression

    points = default_points("Linear regression")
    fitted = LinearRegression().fit(points.x[:, None].numpy(), points.y.numpy())
    assert surface("Linear regression").minima[0] == pytest.approx((fitted.coef_[0], fitted.intercept_))
    path = descend(surface("Linear regression"), [(0, 0)], Settings("GD", 0.5, 500))
    assert path.positions[0, -1] == pytest.approx((fitted.coef_[0], fitted.intercept_), abs=1e-8)

    points = default_points("Logistic regression")
    plain = LogisticRegression(C=np.inf, tol=1e-10).fit(points.x[:, None].numpy(), points.y.numpy())
    path = descend(surface("Logistic regression"), [(0, 0)], Settings("Momentum", 0.5, 600))
    assert path.positions[0, -1] == pytest.approx((plain.coef_[0, 0], plain.intercept_[0]), abs=1e-4)


@given(slope=st.floats(-1e3, 1e3), intercept=st.floats(-1e3, 1e3))
def test_a_regression_shows_its_minimum_and_its_start(slope, intercept):
    x = torch.linspace(-2, 3, 9, dtype=torch.float64)
    chosen = surface("Linear regression", Points(x, slope * x + intercept))
    for k, (low, high) in enumerate((chosen.x_range, chosen.y_range)):
        quarter = (high - low) / 4
        assert low + quarter * 0.9 <= chosen.minima[0][k] <= high - quarter * 0.9
        assert low < chosen.start[k] < high


def test_a_point_that_moves_a_little_moves_the_minimum_and_not_the_window():
    before, points = surface("Linear regression"), default_points("Linear regression")
    y = points.y.clone()
    y[-1] -= 1
    after = surface("Linear regression", Points(points.x, y))
    assert after.minima != before.minima
    assert (after.x_range, after.y_range) == (before.x_range, before.y_range)


def test_minima_are_scipys():
    from scipy.optimize import minimize

    for name in ("Rosenbrock", "Himmelblau", "Beale", "Two weights of a network"):
        chosen = surface(name)
        start = (1.5, 0.8) if name != "Two weights of a network" else (-2, -2)

        def loss(z, chosen=chosen):
            return float(chosen.loss(theta_of(z))[0])

        def gradient(z, chosen=chosen):
            return chosen.gradient(theta_of(z))[0].numpy()

        found = minimize(loss, start, jac=gradient, method="BFGS", options={"gtol": 1e-9})
        numeric = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12})
        assert found.x == pytest.approx(numeric.x, abs=1e-4)
        if chosen.minima:
            assert min(np.abs(found.x - m).max() for m in chosen.minima) < 1e-5


@pytest.mark.parametrize(
    ("optimizer", "momentum"), [("GD", 0.9), ("Momentum", 0.9), ("Nesterov", 0.9), ("Nesterov", 0.5)]
)
@pytest.mark.parametrize("name", ["Ravine", "Linear regression"])
def test_largest_stable_rate_divides_convergence_from_divergence(name, optimizer, momentum):
    from nlm_core.optim.optimizers import Coefficients

    chosen = surface(name)
    limit = chosen.largest_stable_rate(optimizer, momentum)
    assert limit is not None

    def excess(rate):
        using = Settings(optimizer, rate, 600, coefficients=Coefficients(momentum=momentum))
        path = descend(chosen, [chosen.start], using)
        lowest = float(chosen.loss(theta_of(chosen.minima[0]))[0])
        return math.inf if path.diverged else path.losses[0, -1] - lowest

    assert excess(0.95 * limit) < 1e-4
    assert excess(1.05 * limit) == math.inf


def test_surfaces_without_a_bound_say_so():
    assert surface("Rosenbrock").largest_stable_rate() is None
    assert surface("Saddle").largest_stable_rate() is None
    assert surface("Ravine").largest_stable_rate("Adam") is None
    assert surface("Ravine").largest_stable_rate() == pytest.approx(2 / 25)


def test_grid_puts_x_along_the_columns():
    sampled = grid(surface("Ravine"), 11)
    assert float(sampled.losses[2, 7]) == pytest.approx(
        float(surface("Ravine").loss(theta_of((float(sampled.x[7]), float(sampled.y[2]))))[0])
    )
    with pytest.raises(ValueError, match="2 to 500"):
        grid(surface("Bowl"), 100_000)


def test_unknown_surface_and_points_for_a_classic():
    with pytest.raises(ValueError, match="Himmelblau"):
        surface("nonsense")
    with pytest.raises(ValueError, match="takes no points"):
        surface("Bowl", default_points("Linear regression"))
    with pytest.raises(ValueError, match="Logistic"):
        default_points("Bowl")


# -- formulas --


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("x^2 + y^2", lambda x, y: x**2 + y**2),
        ("-x^2*y", lambda x, y: -(x**2) * y),
        ("2^3^2 / 100 - x", lambda x, y: 2 ** (3**2) / 100 - x),
        ("x**2 - y - 1 - 2", lambda x, y: x**2 - y - 1 - 2),
        ("x/y/2*3", lambda x, y: x / y / 2 * 3),
        ("2^-x", lambda x, y: 2 ** (-x)),
        ("--x + +y", lambda x, y: x + y),
        ("sin(x)*cos(pi*y) + e^x", lambda x, y: math.sin(x) * math.cos(math.pi * y) + math.e**x),
        ("max(x, y) - min(x, 1e-1) + .5", lambda x, y: max(x, y) - min(x, 0.1) + 0.5),
        ("sqrt(abs(x)) + tanh(x*y)", lambda x, y: math.sqrt(abs(x)) + math.tanh(x * y)),
        ("ln(2+exp(y)) - log(2)", lambda x, y: math.log(2 + math.exp(y)) - math.log(2)),
        ("7", lambda x, y: 7),
    ],
)  # fmt: skip
def test_formula_means_what_it_means_in_mathematics(text, python):
    own = formula_surface(text)
    for x, y in [(0.7, -1.3), (-2.1, 0.4), (1.0, 2.0)]:
        assert float(own.loss(theta_of((x, y)))[0]) == pytest.approx(python(x, y), rel=1e-12)


def test_formula_gradient_equals_the_classics_gradient():
    own, theta = formula_surface("(1-x)^2 + 100*(y-x^2)^2"), theta_of((-1.2, 1.0), (0.3, 0.5))
    torch.testing.assert_close(own.gradient(theta), surface("Rosenbrock").gradient(theta))
    assert formula_surface("3").gradient(theta).tolist() == [[0, 0], [0, 0]]
    assert formula_surface("y").gradient(theta).tolist() == [[0, 1], [0, 1]]


expressions = st.recursive(
    st.sampled_from(["x", "y", "1.5", "2", "pi"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        st.tuples(st.sampled_from(["sin", "cos", "tanh"]), inner).map(lambda t: f"{t[0]}({t[1]})"),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(text=expressions, x=coordinate, y=coordinate)
def test_random_formulas_equal_python(text, x, y):
    names = {"x": x, "y": y, "pi": math.pi, "sin": math.sin, "cos": math.cos, "tanh": math.tanh}
    expected = eval(text, {"__builtins__": {}}, names)
    assert float(parse(text).value(theta_of((x, y)))) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="xy0129.e+-*/^(), sincoqrt_'\"[]", max_size=60))
def test_any_text_is_a_formula_or_a_formula_error(text):
    try:
        formula_surface(text)
    except FormulaError as error:
        assert 0 <= error.position <= len(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("__import__('os')", "no meaning|not known"),
        ("__import__", "'__import__' is not known; known are x, y"),
        ("x.__class__", "'.' has no meaning"),
        ("lambda: 1", "':' has no meaning"),
        ("[x for x in y]", "no meaning"),
        ("1/0", "no finite value"),
        ("log(-1-x^2)", "no finite value"),
        ("9^9^9^9^9", "no finite value"),
        ("x^^y", "character 3: .* missing before '\\^'"),
        ("x +", "character 4: .* the end"),
        ("", "empty"),
        ("2x", "write 2\\*x"),
        ("sin x", "'\\(' is missing"),
        ("sin(x", "'\\)' is missing before the end"),
        ("sin(x, y)", "takes 1, not 2"),
        ("x)", "does not belong"),
        ("1e999", "too large"),
        ("(" * 10_000 + "x" + ")" * 10_000, f"at most {MAX_LENGTH}"),
        ("(" * 60 + "x" + ")" * 60, f"deeper than {MAX_DEPTH}"),
        ("-" * 150 + "x", f"deeper than {MAX_DEPTH}"),
        ("x" + "^x" * 90, f"deeper than {MAX_DEPTH}"),
        ("x+" * 1_000_000 + "x", f"at most {MAX_LENGTH}"),
    ],
)
def test_hostile_formulas_are_refused_at_once(text, message):
    began = time.perf_counter()
    with pytest.raises(FormulaError, match=message):
        formula_surface(text)
    assert time.perf_counter() - began < 2


def test_the_longest_and_deepest_formulas_still_work():
    assert formula_surface("x" + "+1" * ((MAX_LENGTH - 1) // 2)).loss(theta_of((0, 0))).item() == (MAX_LENGTH - 1) // 2
    deep = "(" * (MAX_DEPTH - 1) + "x" + ")" * (MAX_DEPTH - 1)
    assert formula_surface(deep).loss(theta_of((2, 0))).item() == 2


def test_formula_as_latex():
    assert formula_surface("(x+1)^2/(y^2+1)").formula == r"L = \frac{\left(x + 1\right)^{2}}{y^{2} + 1}"
    assert formula_surface("x-(y-1)").formula == r"L = x - \left(y - 1\right)"


# -- points --


@pytest.mark.parametrize(
    "text", ["x,y\n1,2\n3,4.5\n", "1,2\n\n3,4.5", "1;2\r\n3;4.5\r\n", "a\tb\n1\t2\n3\t4.5", "\ufeffx, y\n 1, 2\n3 ,4.5"]
)
def test_csv_in_its_usual_forms(text):
    for content in (text, text.encode()):
        points = parse_csv(content)
        assert points.x.tolist() == [1, 3] and points.y.tolist() == [2, 4.5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x,y\n1,2\n3,four\n", "line 3: y is 'four', which is not a number"),
        ("x,y\n1,2\n,4\n5,6", "line 3: x is missing"),
        ("1,2\n3,nan", "line 2: y is missing"),
        ("x,y\n1,2\n", "1 point; a line needs at least 2"),
        ("x,y\n", "no rows"),
        ("", "no rows"),
        ("1,2,3\n4,5,6", "line 1 has 3 cells"),
        ("1\n2", "line 1 has 1 cells"),
        ("1,2\n3,inf", "between -1,000,000 and"),
        ("1,oops\n2,3", "line 1: y is 'oops'"),
        ("0,0\n" * (MAX_ROWS + 1), f"at most {MAX_ROWS:,}"),
        ("0,0\n" * MAX_BYTES, "bytes; at most"),
        (b"\xff\xfe1,2", "not UTF-8"),
        ('1,"2\n3,4', "not CSV|not a number|cells"),
    ],
)
def test_bad_csv_says_where_and_what(content, message):
    with pytest.raises(PointsError, match=message):
        parse_csv(content)


def test_cells_of_a_table():
    assert points_from_cells([(1, "2"), (3.5, 4)]).y.tolist() == [2, 4]
    for cells, message in [
        ([(1, 2), (3, None)], "row 2: y is missing"),
        ([(1, 2), (math.nan, 1)], "row 2: x is missing"),
    ]:
        with pytest.raises(PointsError, match=message):
            points_from_cells(cells)


def test_labels_must_be_labels():
    with pytest.raises(PointsError, match="row 2: y is 3"):
        surface("Logistic regression", points_from_cells([(1, 0), (2, 3)]))
    with pytest.raises(PointsError, match="both classes"):
        surface("Logistic regression", points_from_cells([(1, 0), (2, 0)]))


@pytest.mark.parametrize("name", ["Linear regression", "Logistic regression", "Two weights of a network"])
@pytest.mark.parametrize("x", [[0.0, 0.0, 0.0], [5.0, 5.0, 5.0], [-1e6, 0.0, 1e6], [1e-9, 2e-9, 3e-9]])
def test_odd_points_still_make_a_surface_that_can_be_drawn(name, x):
    points = Points(torch.tensor(x, dtype=torch.float64), torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64))
    chosen = surface(name, points)
    assert torch.isfinite(grid(chosen, 5).losses).all()
    assert chosen.rate > 0 and math.isfinite(chosen.rate)
    assert chosen.span > 0
