from hypothesis import given
from hypothesis import strategies as st

from app.market import print_window
from app.market.print_window import PrintWindow

WINDOW_S = 5.0

steps = st.lists(
    st.tuples(st.sampled_from([0.0, 0.0, 1.0, 2.0, 7.0]), st.integers(1, 10**12)), min_size=1, max_size=80
)


@given(steps)
def test_print_window_counts_what_a_list_of_all_prints_would(steps):
    window, prints, time_s = PrintWindow(), [], 36_000.0
    for step_s, volume in steps:
        time_s += step_s
        window.drop_until(time_s - WINDOW_S)
        recent = [one for at_s, one in prints if at_s > time_s - WINDOW_S]
        assert (window.prints, window.volume) == (len(recent), sum(recent))
        window.add(time_s, volume)
        prints.append((time_s, volume))
        assert (window.prints, window.volume) == (len(recent) + 1, sum(recent) + volume)


def test_print_window_gives_back_the_room_of_what_left():
    window = PrintWindow()
    for second in range(10_000):
        window.drop_until(second - WINDOW_S)
        window.add(float(second), 100)
    assert len(window._times_s) <= 2 * print_window.GONE_MAX
    assert (window.prints, window.volume) == (5, 500)
