"""What the README shows is what the demo house is tried with."""

from pathlib import Path
import re

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)


@pytest.mark.parametrize(
    ("block", "name"), zip(BLOCKS, ("dashboard.yaml", "automation.yaml"), strict=True)
)
def test_the_examples_are_the_tried_ones(block: str, name: str) -> None:
    assert block == (ROOT / "dev/house" / name).read_text()
    assert yaml.safe_load(block)
