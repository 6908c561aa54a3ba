import pytest

from tests.market.mutations import (
    EQUIVALENT,
    SAMPLE_PER_SUBJECT,
    SEED,
    mutants,
    sample,
    source_of,
    survives,
    survivors,
)


@pytest.mark.minutes
@pytest.mark.timeout(300)
def test_mutations_sample_is_noticed_by_the_subjects_tests():
    assert survivors(sample(SAMPLE_PER_SUBJECT, SEED)) == []


def test_mutations_unbroken_module_passes_its_tests():
    assert survives("trade_classifier", source_of("trade_classifier"))


def test_mutations_module_that_cannot_be_imported_is_noticed():
    assert not survives("trade_classifier", "from app.market.nowhere import *")


def test_mutations_equivalent_places_still_exist():
    for subject, place in EQUIVALENT:
        assert place in {mutant[2] for mutant in mutants(subject)}
