"""The house rules that a machine can check: sizes, imports, and that no key is missing.

Needs no Home Assistant. A check of a file that does not exist holds; once it exists, it is checked.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
import json
from pathlib import Path
import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
INTEGRATION = ROOT / "custom_components" / "knot_coach"
MASSAGE = INTEGRATION / "massage"

LONGEST_FILE = 350
LONGEST_FUNCTION = 50
TABLES: Mapping[str, str] = {}
"""Files that may be longer, each with its reason: a table is not easier to read in two halves."""

PLATFORMS = ("binary_sensor", "button", "event", "scene", "select", "sensor", "switch")

REFUSALS = {"NotNow": "not_now_", "Refused": "", "refuse": ""}
"""What is raised with the key of its words, and what comes before the key in the translations."""

BANNED_IN_MASSAGE = {"asyncio", "logging", "random", "secrets", "threading", "time", "uuid"}
CLOCKS = {"now", "today", "utcnow"}

NOT_OURS = {".git", ".venv", ".venv-live", "node_modules", "__pycache__"}
NOT_OURS |= {".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "pure"}
MACHINE_PATH = re.compile(r"(?<![\w.~$}*-])/(?:home/[a-z]|root|Users/[A-Za-z]|work)/?\w")
REGISTRY = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com"
    r"|debian\.org/debian|archive\.ubuntu\.com)\b"
)


def sources(folder: Path) -> list[Path]:
    """Every Python file below a folder."""
    return sorted(folder.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def data(name: str) -> dict[str, Any] | None:
    """What a JSON or YAML file of the integration holds, or None while there is no such file."""
    path = INTEGRATION / name
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8")
    loaded = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    assert isinstance(loaded, dict), name
    return loaded


def at(tree_of_words: object, *keys: str) -> Any:  # noqa: ANN401 - what JSON and YAML hold
    """The value at a path of keys, or None."""
    for key in keys:
        if not isinstance(tree_of_words, dict):
            return None
        tree_of_words = tree_of_words.get(key)
    return tree_of_words


def missing(tree_of_words: object, paths: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted({".".join(path) for path in paths if not at(tree_of_words, *path)})


# --- sizes and places -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", sources(INTEGRATION), ids=name_of)
def test_a_file_fits_the_head(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if name_of(path) in TABLES:
        assert lines > LONGEST_FILE, "take it off the list of tables"
    else:
        assert lines <= LONGEST_FILE


@pytest.mark.parametrize("path", sources(INTEGRATION), ids=name_of)
def test_a_function_fits_the_screen(path: Path) -> None:
    functions = (
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    long = {
        node.name: length
        for node in functions
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert not long


def test_there_is_one_integration() -> None:
    """The Marketplace installs the first folder it finds."""
    folders = [
        path.name
        for path in INTEGRATION.parent.iterdir()
        if path.is_dir() and path.name != "__pycache__"
    ]
    assert folders == [INTEGRATION.name]


# --- the trade knows nothing of the house ---------------------------------------------------------


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import as (level, module); level 0 is absolute."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


@pytest.mark.parametrize("path", sources(MASSAGE), ids=name_of)
def test_massage_imports_the_standard_library_alone(path: Path) -> None:
    deepest = len(path.relative_to(MASSAGE).parts)
    for level, module in imports(path):
        if level:
            assert level <= deepest, f"{module} lies outside massage/"
            continue
        top = module.split(".")[0]
        assert top in sys.stdlib_module_names, module
        assert top not in BANNED_IN_MASSAGE, module


@pytest.mark.parametrize("path", sources(MASSAGE), ids=name_of)
def test_massage_reads_no_clock(path: Path) -> None:
    calls = [
        f"{ast.unparse(node)}, line {node.lineno}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
    ]
    assert not calls


def test_massage_runs_alone() -> None:
    """In a fresh interpreter, whatever the tests around this one have imported."""
    program = """
import importlib, pkgutil, sys
import massage
for module in pkgutil.walk_packages(massage.__path__, "massage."):
    importlib.import_module(module.name)
foreign = {name.split(".")[0] for name in sys.modules} & {
    "aiohttp", "custom_components", "homeassistant", "probatio", "voluptuous", "yaml"}
print(*sorted(foreign))
"""
    done = subprocess.run(  # noqa: S603 - the program is the text above
        [sys.executable, "-c", program],
        cwd=ROOT / "dev" / "pure",
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.strip() == ""


def test_this_run_is_without_home_assistant(request: pytest.FixtureRequest) -> None:
    """100 % of massage/ is reached by tests that have no Home Assistant to lean on."""
    if request.config.pluginmanager.hasplugin("homeassistant"):
        pytest.skip("run by hand with the plugin of Home Assistant loaded")
    assert "homeassistant" not in sys.modules


# --- every key has its words ----------------------------------------------------------------------


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=ast.Name(id=name)):
            return name
    return ""


def keywords(node: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}


def literal(node: ast.expr | None) -> str | None:
    match node:
        case ast.Constant(value=str(value)):
            return value
    return None


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield node


def section_of(path: Path, node: ast.Call) -> tuple[str, ...]:
    """Where in the translations the `translation_key` of a call is looked up."""
    name = called(node)
    if "Selector" in name:
        return ("selector",)
    if "issue" in name.lower():
        return ("issues",)
    if path.stem in PLATFORMS and "translation_domain" not in keywords(node):
        return ("entity", path.stem)
    return ("exceptions",)


def used_keys() -> Iterator[tuple[str, ...]]:
    """The path in the translations of every key that is written out in the code."""
    for path in sources(INTEGRATION):
        for node in calls(path):
            key = literal(keywords(node).get("translation_key"))
            if key is not None:
                yield (*section_of(path, node), key)
            if called(node) in REFUSALS and node.args and (key := literal(node.args[0])):
                yield "exceptions", f"{REFUSALS[called(node)]}{key}"
        for key in class_keys(path):
            yield "entity", path.stem, key


def class_keys(path: Path) -> Iterator[str]:
    """Values of `_attr_translation_key` in the class bodies of a platform."""
    if path.stem not in PLATFORMS:
        return
    for node in ast.walk(tree(path)):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="_attr_translation_key")], value=value)
                | ast.AnnAssign(target=ast.Name(id="_attr_translation_key"), value=value)
            ) if key := literal(value):
                yield key


def test_used_translation_keys_exist() -> None:
    words = data("translations/en.json")
    if words is None:
        return
    leaf = {"exceptions": "message", "issues": "title", "selector": "options", "entity": "name"}
    assert not missing(words, ((*path, leaf[path[0]]) for path in used_keys()))


def test_steps_and_ends_of_forms_have_words() -> None:
    words = data("translations/en.json")
    if words is None:
        return
    forms = [words.get("config"), words.get("options")]
    forms += list((words.get("config_subentries") or {}).values())
    forms += [issue.get("fix_flow") for issue in (words.get("issues") or {}).values()]
    wanted = set[tuple[str, str]]()
    for path in sources(INTEGRATION):
        for node in calls(path):
            given = keywords(node)
            if called(node) == "async_abort" and (reason := literal(given.get("reason"))):
                wanted.add(("abort", reason))
            if called(node) == "async_show_form" and (step := literal(given.get("step_id"))):
                wanted.add(("step", step))
    assert not [path for path in wanted if not any(at(form, *path) for form in forms)]


def speaks_for_itself(node: ast.Call) -> bool:
    """The frontend has an icon for each device class but `enum`."""
    device_class = keywords(node).get("device_class")
    return isinstance(device_class, ast.Attribute) and device_class.attr != "ENUM"


def test_entities_have_icons() -> None:
    icons = data("icons.json")
    if icons is None:
        return
    wanted = set[tuple[str, ...]]()
    for platform in PLATFORMS:
        path = INTEGRATION / f"{platform}.py"
        if not path.exists():
            continue
        wanted |= {("entity", platform, key, "default") for key in class_keys(path)}
        wanted |= {
            ("entity", platform, key, "default")
            for node in calls(path)
            if section_of(path, node)[0] == "entity"
            and (key := literal(keywords(node).get("translation_key")))
            and not speaks_for_itself(node)
        }
    assert not missing(icons, wanted)


def test_named_entities_and_icons_agree() -> None:
    """An icon without a name, or for a state that has none, is a slip of the pen."""
    words, icons = data("translations/en.json"), data("icons.json")
    if words is None or icons is None:
        return
    unknown = []
    for platform, entities in (at(icons, "entity") or {}).items():
        for key, entity in entities.items():
            # Some are called like their device, which has no other entity.
            if not at(words, "entity", platform, key, "name") and not at(words, "device", key):
                unknown.append(f"{platform}.{key}")
            named = at(words, "entity", platform, key, "state") or {}
            states = set(entity.get("state", {})) - {"on", "off"}
            unknown += [f"{platform}.{key}.{state}" for state in states - set(named)]
    assert not unknown


def fields_of(described: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The fields of an action, trigger or condition, those in sections included."""
    for key, field in (described.get("fields") or {}).items():
        if field and "fields" in field:
            yield from fields_of(field)
        else:
            yield key, field or {}


def described(name: str) -> dict[str, Mapping[str, Any]]:
    """The entries of services.yaml, triggers.yaml or conditions.yaml; dots start shared parts."""
    return {
        key: value or {} for key, value in (data(name) or {}).items() if not key.startswith(".")
    }


@pytest.mark.parametrize(
    ("section", "icon"),
    [("services", "service"), ("triggers", "trigger"), ("conditions", "condition")],
)
def test_what_is_offered_is_described(section: str, icon: str) -> None:
    offered = described(f"{section}.yaml")
    words, icons = data("translations/en.json"), data("icons.json")
    if not offered or words is None or icons is None:
        return
    assert set(at(words, section) or {}) == set(offered)
    assert set(at(icons, section) or {}) == set(offered)
    wanted: list[tuple[str, ...]] = [
        (section, key, text) for key in offered for text in ("name", "description")
    ]
    for key, entry in offered.items():
        for field, _ in fields_of(entry):
            wanted += [(section, key, "fields", field, "name")]
            wanted += [(section, key, "fields", field, "description")] * (section == "services")
    assert not missing(words, wanted)
    assert not missing(icons, [(section, key, icon) for key in offered])


def selectors(node: object) -> Iterator[Mapping[str, Any]]:
    """Every select selector below a node of YAML."""
    if isinstance(node, dict):
        if isinstance(select := node.get("select"), dict):
            yield select
        for value in node.values():
            yield from selectors(value)


@pytest.mark.parametrize("name", ["services.yaml", "triggers.yaml", "conditions.yaml"])
def test_options_are_translated(name: str) -> None:
    words = data("translations/en.json")
    if words is None:
        return
    wanted = [
        ("selector", str(select.get("translation_key")), "options", option)
        for select in selectors(data(name))
        for option in select["options"]
    ]
    assert not missing(words, wanted)


@pytest.mark.parametrize("kind", ["trigger", "condition"])
def test_code_and_description_of_automation_parts_agree(kind: str) -> None:
    path = INTEGRATION / f"{kind}.py"
    if not path.exists():
        return
    table = f"{kind.upper()}S"
    for node in ast.walk(tree(path)):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(keys=keys))
            ) if name == table:
                assert {literal(key) for key in keys} == set(described(f"{kind}s.yaml"))
                return
    pytest.fail(f"{kind}.py has no table {table}")


# --- the repository -------------------------------------------------------------------------------


def files_of_the_repository() -> Iterator[Path]:
    for folder, folders, files in ROOT.walk():
        folders[:] = [name for name in folders if name not in NOT_OURS]
        yield from (folder / file for file in files)


def test_nothing_names_a_machine_or_a_registry() -> None:
    """Such a line works on one machine, and passes every other test there."""
    found = []
    for path in files_of_the_repository():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line) or REGISTRY.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:80]}")
    assert not found


def pins(name: str) -> set[str]:
    """The `name==version` lines of a requirements file."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([\w.-]+)==([\w.!+-]+)", line) for line in lines)
    return {f"{re.sub('[-_.]+', '-', hit[1]).lower()}=={hit[2]}" for hit in found if hit}


@pytest.mark.parametrize(
    ("wanted", "lock"),
    [("requirements_dev.txt", "test"), ("scripts/locks/live.in", "live")],
)
def test_the_lock_holds_what_is_asked_for(wanted: str, lock: str) -> None:
    assert pins(wanted) <= pins(f"scripts/locks/{lock}.txt")


def test_the_manifest_is_in_order() -> None:
    """Hassfest wants the domain, the name, then the alphabet; and everything here is bundled."""
    manifest = data("manifest.json")
    if manifest is None:
        return
    assert list(manifest) == ["domain", "name", *sorted(set(manifest) - {"domain", "name"})]
    assert manifest["domain"] == INTEGRATION.name
    assert manifest["requirements"] == []


def test_the_minimum_is_one_number() -> None:
    """What is promised to the store is what the tests run on."""
    store = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    tested = next(pin for pin in pins("requirements_dev.txt") if pin.startswith("homeassistant=="))
    minimum, _, _ = store["homeassistant"].rpartition(".")
    assert tested.startswith(f"homeassistant=={minimum}.")
