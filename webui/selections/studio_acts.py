"""What the buttons of the builder do to a draft: add, delete, copy, move (A5).

An act is written ``verb:place:more``; one that fits nothing changes nothing.
"""

from collections.abc import Callable
from copy import deepcopy

from werkzeug.datastructures import MultiDict

from selections.fields import SUBJECT_ENTITIES, Catalogue
from selections.rules import Join
from selections.wire import DEEPEST
from webui.numbers import row_number_or_none
from webui.selections.studio_draft import Node, Slot
from webui.selections.studio_form import ROOT, fresh_condition, read_branch
from webui.selections.studio_page import Draft, is_asked
from webui.selections.studio_undo import ROOT as UNDO_ROOT
from webui.selections.studio_undo import removed

_MOST_NODES = 250


def act(draft: Draft, action: str, catalogue: Catalogue) -> None:
    """Do it to the draft; ``draft.focus`` becomes the place that it led to."""
    verb, _, rest = action.partition(":")
    place, _, more = rest.partition(":")
    if verb == "unask":
        draft.questions = [
            one for one in draft.questions if one.code != place or is_asked(draft, place)
        ]
    elif verb == "undo":
        _undo(draft, catalogue)
    elif verb in _VERBS:
        path = _path(place)
        if path is not None:
            _VERBS[verb](_Tree(draft, catalogue), path, more)


Path = tuple[int, ...]


def written(path: Path) -> str:
    """The place as the form names it."""
    return "-".join([ROOT, *map(str, path)])


def _path(place: str) -> Path | None:
    root, *parts = place.split("-")
    path = tuple(number for part in parts if (number := row_number_or_none(part)) is not None)
    return path if root == ROOT and len(path) == len(parts) else None


class _Tree:
    """The tree with its places."""

    def __init__(self, draft: Draft, catalogue: Catalogue) -> None:
        self.draft, self.catalogue = draft, catalogue

    def node(self, path: Path) -> Node | None:
        node = self.draft.root
        for place in path:
            if place >= len(node.kids):
                return None
            node = node.kids[place]
        return node

    def around(self, path: Path) -> Node | None:
        """The group that the node at ``path`` may be taken out of."""
        above = self.node(path[:-1]) if path else None
        is_there = above is not None and above.kind == "group" and path[-1] < len(above.kids)
        return above if is_there else None

    def scope(self, path: Path) -> tuple[str, ...]:
        """The entities that conditions in the group at ``path`` speak of."""
        scope = SUBJECT_ENTITIES[self.draft.subject]
        node = self.draft.root
        for place in path:
            if node.kind in ("having", "newest"):
                relation = self.catalogue.relation(node.code)
                scope = (relation.target,) if relation is not None else ()
            node = node.kids[place]
        return scope

    def size(self, node: Node) -> int:
        return 1 + sum(map(self.size, node.kids))

    def has_room(self, node: Node, depth: int) -> bool:
        total = self.size(self.draft.root) + self.size(node)
        return total <= _MOST_NODES and depth + _height(node) <= DEEPEST

    def put(self, path: Path, place: int, node: Node) -> None:
        group = self.node(path)
        assert group is not None
        place = min(place, len(group.kids))
        group.kids.insert(place, node)
        self.draft.focus = written((*path, place))


def _height(node: Node) -> int:
    return 1 + max(map(_height, node.kids), default=0)


def _add(tree: _Tree, path: Path, more: str) -> None:
    group = tree.node(path)
    if group is None or group.kind != "group":
        return
    what, _, code = more.partition(":")
    node = _fresh(tree, what, code, tree.scope(path))
    if node is not None and tree.has_room(node, len(path)):
        tree.put(path, len(group.kids), node)
        tree.draft.is_refused = False  # What was just added cannot be filled in yet.
        if node.kind == "newest":
            # Its day is what nobody leaves as it came.
            tree.draft.focus += "-1-0"


def _fresh(tree: _Tree, what: str, code: str, scope: tuple[str, ...]) -> Node | None:
    catalogue = tree.catalogue
    if what == "group":
        return Node("group", join=Join.ANY)
    if what == "found":
        return Node("found")
    if code.partition(".")[0] not in scope:
        return None
    if what == "field" and catalogue.field(code) is not None:
        return fresh_condition(code, catalogue)
    relation = catalogue.relation(code)
    if relation is None:
        return None
    if what == "having":
        slots = [Slot(text="2"), Slot()]
        return Node("having", code, operator="some", slots=slots, kids=[Node("group")])
    if what == "newest" and relation.day is not None:
        day = fresh_condition(relation.day, catalogue)
        return Node("newest", code, kids=[Node("group"), Node("group", kids=[day])])
    return None


def _delete(tree: _Tree, path: Path, _more: str) -> None:
    group = tree.around(path)
    if group is None:
        return
    gone = group.kids.pop(path[-1])
    tree.draft.removed = removed(gone, written(path), tree.scope(path[:-1]))
    left = len(group.kids)
    here = (*path[:-1], min(path[-1], left - 1)) if left else path[:-1]
    tree.draft.focus = written(here)


def _undo(draft: Draft, catalogue: Catalogue) -> None:
    """Put back what was deleted last: where it stood, else at the end of the main group."""
    gone, tree = draft.removed, _Tree(draft, catalogue)
    path = _path(gone.at) if gone is not None else None
    if gone is None or not path:
        return
    for into, place in ((path[:-1], path[-1]), ((), len(draft.root.kids))):
        group = tree.node(into)
        is_same = group is not None and group.kind == "group" and _same(tree, into, gone.scope)
        if not is_same:
            continue
        node = read_branch(MultiDict(gone.fields), UNDO_ROOT, len(into) + 1, draft, catalogue)
        if node is not None and tree.has_room(node, len(into)):
            tree.put(into, place, node)
            draft.removed = None
            return


def _same(tree: _Tree, into: Path, scope: str) -> bool:
    return ",".join(tree.scope(into)) == scope


def _copy(tree: _Tree, path: Path, _more: str) -> None:
    node, group = tree.node(path), tree.around(path)
    if node is not None and group is not None and tree.has_room(node, len(path)):
        tree.put(path[:-1], path[-1] + 1, deepcopy(node))


def _up(tree: _Tree, path: Path, _more: str) -> None:
    """Before the sibling above, into a group that stands there, or out of the group."""
    group = tree.around(path)
    if group is None:
        return
    place = path[-1]
    if place and group.kids[place - 1].kind == "group":
        above = (*path[:-1], place - 1)
        _move(tree, path, above, len(group.kids[place - 1].kids))
    elif place:
        _move(tree, path, path[:-1], place - 1)
    elif tree.around(path[:-1]) is not None:
        _move(tree, path, path[:-2], path[-2])


def _down(tree: _Tree, path: Path, _more: str) -> None:
    group = tree.around(path)
    if group is None:
        return
    place = path[-1]
    if place + 1 < len(group.kids):
        is_group = group.kids[place + 1].kind == "group"
        # Taking it out moves what stands behind it one place up.
        into = (*path[:-1], place) if is_group else path[:-1]
        _move(tree, path, into, 0 if is_group else place + 1)
    elif tree.around(path[:-1]) is not None:
        _move(tree, path, path[:-2], path[-2] + 1)


def _put(tree: _Tree, path: Path, more: str) -> None:
    """Drag: ``more`` is the group and the place in it, as they stood before."""
    target, _, number = more.partition(":")
    into, place = _path(target), row_number_or_none(number)
    group = tree.node(into) if into is not None else None
    if into is None or place is None or group is None or group.kind != "group":
        return
    if into[: len(path)] == path or tree.scope(into) != tree.scope(path[:-1]):
        return
    place = min(place, len(group.kids))
    above, at = path[:-1], path[-1] if path else 0
    if into == above and place > at:
        place -= 1
    depth = len(above)
    if len(into) > depth and into[:depth] == above and into[depth] > at:
        into = (*into[:depth], into[depth] - 1, *into[depth + 1 :])
    _move(tree, path, into, place)


def _move(tree: _Tree, path: Path, into: Path, place: int) -> None:
    """Take the node out, then put it into the group at ``into`` as that stands afterwards."""
    group = tree.around(path)
    if group is None:
        return
    node = group.kids[path[-1]]
    if len(into) + _height(node) > DEEPEST:
        return
    del group.kids[path[-1]]
    tree.put(into, place, node)


_VERBS: dict[str, Callable[[_Tree, Path, str], None]] = {
    "add": _add,
    "del": _delete,
    "copy": _copy,
    "up": _up,
    "down": _down,
    "put": _put,
}
