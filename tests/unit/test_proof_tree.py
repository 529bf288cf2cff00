"""The Merkle tree against the vectors of Certificate Transparency (whose hashing RFC 9162 keeps),
and against the RFC's own recursive definition."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kernel.proof import (
    EMPTY,
    Frontier,
    consistency,
    includes,
    inclusion,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of,
)

LEAVES = [
    leaf_hash(bytes.fromhex(each))
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")
] + [leaf_hash(bytes(range(0x60, 0x70)))]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
INCLUDED = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ROOTS[4],
    ],
    (2, 3): [ROOTS[2]],
    (1, 5): [
        ROOTS[1],
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENT = {
    (1, 1): [],
    (1, 8): INCLUDED[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ROOTS[4],
    ],
    (2, 5): INCLUDED[1, 5][1:],
}


def naive(leaves: list[bytes]) -> bytes:
    """The RFC's own definition of the root (2.1.1)."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive(leaves[:k]), naive(leaves[k:]))


def over(first: int, end: int) -> bytes:
    return naive(LEAVES[first:end])


@pytest.mark.parametrize("size", ROOTS)
def test_the_published_roots(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUDED)
def test_the_published_proofs_of_inclusion(index: int, size: int) -> None:
    path = inclusion(index, size, over)
    assert [each.hex() for each in path] == INCLUDED[index, size]
    assert includes(bytes.fromhex(ROOTS[size]), size, index, LEAVES[index], path)


@pytest.mark.parametrize(("earlier", "size"), CONSISTENT)
def test_the_published_proofs_of_consistency(earlier: int, size: int) -> None:
    path = consistency(earlier, size, over)
    assert [each.hex() for each in path] == CONSISTENT[earlier, size]
    roots = bytes.fromhex(ROOTS[earlier]), bytes.fromhex(ROOTS[size])
    assert is_consistent(earlier, size, *roots, path)


trees = st.integers(1, 70).map(lambda count: [leaf_hash(b"%d" % n) for n in range(count)])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees, st.lists(st.integers(1, 9)))
def test_a_tree_that_grows_in_steps_has_the_root_of_the_whole(
    leaves: list[bytes], steps: list[int]
) -> None:
    frontier = Frontier()
    while frontier.size < len(leaves):
        step = steps.pop() if steps else 1
        frontier.extend(leaves[frontier.size : frontier.size + step])
        assert frontier.root() == naive(leaves[: frontier.size])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees, st.sampled_from([1, 2, 4, 8, 16]))
def test_a_tree_of_whole_blocks_and_a_rest_has_the_same_root(
    leaves: list[bytes], block: int
) -> None:
    whole = len(leaves) // block * block
    frontier = Frontier()
    frontier.extend([naive(leaves[at : at + block]) for at in range(0, whole, block)])
    rest = naive(leaves[whole:]) if leaves[whole:] else None
    assert frontier.root(rest) == naive(leaves)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees, st.data())
def test_every_proof_holds_for_its_leaf_and_for_nothing_else(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, size = naive(leaves), len(leaves)
    path = inclusion(index, size, lambda first, end: naive(leaves[first:end]))
    assert includes(root, size, index, leaves[index], path)
    assert not includes(root, size, index, leaf_hash(b"another"), path)
    assert not includes(root, size, size, leaves[index], path)
    for other in range(size):
        assert includes(root, size, other, leaves[index], path) == (other == index)
    assert not includes(root, size, index, leaves[index], [*path, EMPTY])
    for at in range(len(path)):
        assert not includes(root, size, index, leaves[index], path[:at] + path[at + 1 :])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees, st.data())
def test_a_log_is_shown_to_begin_with_its_own_past_only(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size = len(leaves)
    earlier = data.draw(st.integers(1, size))
    root, before = naive(leaves), naive(leaves[:earlier])
    path = consistency(earlier, size, lambda first, end: naive(leaves[first:end]))
    assert is_consistent(earlier, size, before, root, path)
    assert not is_consistent(earlier, size, EMPTY, root, path)
    assert not is_consistent(earlier, size, before, EMPTY, path)
    assert not is_consistent(earlier, size, before, root, [*path, EMPTY])
    for at in range(len(path)):
        assert not is_consistent(earlier, size, before, root, path[:at] + path[at + 1 :])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion(index, size, over)
    with pytest.raises(ValueError, match="leaves among"):
        consistency(index + 1 if index == size else 0, size, over)
