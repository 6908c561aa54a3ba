import pytest

from app.market.volume_reconciler import VolumeReconciler, VolumeStep


def make_reconciler(total: int) -> VolumeReconciler:
    reconciler = VolumeReconciler()
    reconciler.step("VNM", total, total, False)
    return reconciler


def test_volume_reconciler_first_print_of_the_day_is_no_gap():
    assert VolumeReconciler().step("VNM", 100, 100, False) == VolumeStep(100, 0, is_first=True)


def test_volume_reconciler_first_message_in_mid_day_is_a_baseline():
    assert VolumeReconciler().step("VNM", 100, 5000, False) == VolumeStep(100, 4900, is_first=True)


def test_volume_reconciler_first_message_with_a_total_below_its_print_keeps_the_total():
    assert VolumeReconciler().step("VNM", 100, 40, False) == VolumeStep(40, 0, is_first=True)


@pytest.mark.parametrize(
    ("last", "total", "expected"),
    [
        (100, 1100, VolumeStep(100, 0)),
        (100, 1101, VolumeStep(100, 1)),
        (100, 1099, VolumeStep(99, 0)),
        (100, 1001, VolumeStep(1, 0)),
        (0, 1100, VolumeStep(0, 100)),
    ],
)
@pytest.mark.parametrize("is_combined", [False, True])
def test_volume_reconciler_growth_is_split_into_shown_and_missed(last, total, expected, is_combined):
    reconciler = make_reconciler(1000)
    assert reconciler.step("VNM", last, total, is_combined) == expected
    assert reconciler.total_of("VNM") == total


def test_volume_reconciler_equal_total_is_a_repeat_unless_combined():
    reconciler = make_reconciler(1000)
    assert reconciler.step("VNM", 100, 1000, False).is_repeat
    assert not reconciler.step("VNM", 100, 1000, True).is_repeat
    assert reconciler.step("VNM", 100, 1000, True) == VolumeStep(0, 0)


@pytest.mark.parametrize("is_combined", [False, True])
def test_volume_reconciler_smaller_total_is_a_repeat(is_combined):
    reconciler = make_reconciler(1000)
    assert reconciler.step("VNM", 100, 999, is_combined) == VolumeStep(0, 0, is_repeat=True)
    assert reconciler.total_of("VNM") == 1000


def test_volume_reconciler_symbols_are_counted_apart():
    reconciler = make_reconciler(1000)
    assert reconciler.step("FPT", 100, 100, False) == VolumeStep(100, 0, is_first=True)


def test_volume_reconciler_restored_total_never_goes_back():
    reconciler = make_reconciler(1000)
    reconciler.restore("VNM", 900)
    assert reconciler.total_of("VNM") == 1000
    reconciler.restore("FPT", 700)
    assert reconciler.step("FPT", 100, 900, False) == VolumeStep(100, 100)


def test_volume_reconciler_forgotten_symbol_begins_anew():
    reconciler = make_reconciler(1000)
    reconciler.forget("VNM")
    reconciler.forget("NONE")
    assert reconciler.total_of("VNM") == 0
    assert reconciler.step("VNM", 100, 100, False).is_first
