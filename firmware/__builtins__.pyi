# For the type checker only: names that exist inside viper functions without an import.
from typing import Any

ptr: Any
ptr8: Any
ptr16: Any
ptr32: Any
uint: Any
