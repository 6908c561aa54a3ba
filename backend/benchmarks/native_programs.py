"""The benchmarks' own programs in C, compiled when they are needed."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

SOURCES = Path(__file__).parent / "native"
FLAGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-Werror")
LIBRARIES = ("-lz",)


class CompileError(Exception):
    """There is no C compiler, or it refuses."""


@asynccontextmanager
async def native_program(name: str) -> AsyncIterator[Path]:
    """Yield the executable made of `native/NAME.c`; it is gone afterwards. Raise CompileError."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise CompileError("a C compiler (cc or gcc) is needed: the load client is written in C")
    with tempfile.TemporaryDirectory(prefix="vnst-native-") as folder:
        program = Path(folder) / name
        process = await asyncio.create_subprocess_exec(
            compiler,
            *FLAGS,
            "-o",
            str(program),
            str(SOURCES / f"{name}.c"),
            *LIBRARIES,
            stderr=asyncio.subprocess.PIPE,
        )
        _, complaints = await process.communicate()
        if process.returncode:
            raise CompileError(complaints.decode())
        yield program
