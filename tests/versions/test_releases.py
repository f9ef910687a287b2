from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from asgi_lint.versions.release_data import release_data
from asgi_lint.versions.releases import (
    PACKAGES,
    allowed_releases,
    as_of,
    known_releases,
    newest,
    newest_release_date,
    starlette_required_by,
)

releases = st.builds(
    lambda major, parts: ".".join(map(str, (major, *parts))),
    st.integers(0, 1),
    st.lists(st.integers(0, 60), min_size=1, max_size=2),
)
clauses = st.one_of(
    st.builds("{}{}".format, st.sampled_from([">=", "<=", ">", "<", "==", "!=", "~="]), releases),
    st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), releases),
)


@given(package=st.sampled_from(PACKAGES), parts=st.lists(clauses, max_size=3))
def test_allowed_releases_are_those_that_packaging_accepts_one_by_one(
    package: str, parts: list[str]
) -> None:
    specifier = SpecifierSet(",".join(parts))
    is_pinned = any(part.startswith("==") and not part.endswith("*") for part in parts)
    releases = {
        Version(name): release.is_yanked for name, release in release_data(package).releases.items()
    }
    usable = [release for release, is_yanked in releases.items() if is_pinned or not is_yanked]
    expected = [
        release for release in usable if specifier.contains(release, prereleases=False)
    ] or [release for release in usable if specifier.contains(release, prereleases=True)]
    if expected:
        assert list(allowed_releases(package, specifier)) == expected
    else:
        assert not set(allowed_releases(package, specifier)) & (set(usable) - {newest(package)})


@pytest.mark.parametrize(
    ("specifier", "count", "newest_allowed"),
    [
        ("==0.41.1", 1, "0.41.1"),
        ("===0.41.1", 1, "0.41.1"),
        ("==0.41.*", 3, "0.41.3"),
        (">=0.41,<0.41.2", 1, "0.41.0"),
        ("<1.0.0,>0.52.1", 0, ""),
        (">=1.0.0rc1,<1.0.1", 2, "1.0.0"),
        ("==1.0.0rc1", 1, "1.0.0rc1"),
        ("<0.12.0,>=0.12.0b1", 0, ""),
        (">=0.12.0b1,<=0.12.0b3", 3, "0.12.0b3"),
        ("~=1.0.0", 2, "1.0.1"),
    ],
)
def test_pre_releases_and_yanked_ones_are_seen_as_pip_sees_them(
    specifier: str, count: int, newest_allowed: str
) -> None:
    allowed = [str(release) for release in allowed_releases("starlette", SpecifierSet(specifier))]
    assert len(allowed) == count
    assert allowed[-1:] == [newest_allowed][:count]


def test_known_releases_are_sorted_and_unique() -> None:
    for package in PACKAGES:
        known = known_releases(package)
        assert list(known) == sorted(set(known))


def test_releases_of_other_packages_are_not_known() -> None:
    with pytest.raises(ValueError, match="of django"):
        known_releases("django")


def test_the_newest_starlette_has_a_date_before_the_data_was_closed() -> None:
    assert newest("starlette") == Version("1.10.0")
    assert newest_release_date() == date(2026, 10, 24)
    assert newest_release_date() <= as_of()


@pytest.mark.parametrize(
    ("fastapi", "starlette"),
    [
        ("0.50.0", "==0.13.2"),
        ("0.57.0", "==0.13.4"),
        ("0.85.0", "==0.20.4"),
        ("0.87.0", "==0.21.0"),
        ("0.106.0", ">=0.27.0,<0.28.0"),
        ("0.165.0", ">=1.6.0"),
    ],
)
def test_what_fastapi_requires(fastapi: str, starlette: str) -> None:
    assert starlette_required_by(Version(fastapi)) == SpecifierSet(starlette)


@pytest.mark.parametrize(
    ("unknown", "known"), [("0.165.7", "0.165.0"), ("9.0", "0.165.0"), ("0.0.1", "0.1.0")]
)
def test_an_unknown_fastapi_requires_what_its_neighbour_does(unknown: str, known: str) -> None:
    assert starlette_required_by(Version(unknown)) == starlette_required_by(Version(known))


@pytest.mark.parametrize(
    ("specifier", "stand_in"),
    [("==1.99.0", "1.99.0"), (">=7.1", "7.1"), ("~=7.1", "7.1"), (">7.1", "1.10.0")],
)
def test_newer_releases_than_the_data_have_a_stand_in(specifier: str, stand_in: str) -> None:
    assert allowed_releases("starlette", SpecifierSet(specifier)) == (Version(stand_in),)


def test_nothing_stands_in_for_what_cannot_be() -> None:
    assert allowed_releases("starlette", SpecifierSet(">=2,<1")) == ()
    assert allowed_releases("starlette", SpecifierSet("<0.0.1")) == ()
