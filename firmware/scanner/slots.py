# Which firmware runs: the newest signed one, the one before it, or the one that the board was made with.
#
# Two slots, each a bundle's manifest and content in the folder `firmware`: `manifest`, and `previous`, the last one
# that is known to work. A new firmware is on trial: its starts are counted on flash before each, and once it has run
# for a while it is confirmed. One that does not get so far in three starts gives way to the one before. All of it is
# verified at every start, with the program that the board was made with, which no bundle replaces.

import gc
import os

from micropython import const

from scanner import durable

_STARTS = const(3)  # that a firmware on trial gets
_LIMIT = const(64)
_MANIFEST_LIMIT = const(32768)
_NAME = const(16)  # characters of a content's name


def running():
    """The name of the content that this program runs from, or "" for the board's own."""
    name = __file__.split("/")[1] if __file__.startswith("/") else ""
    return name if len(name) == _NAME else ""


def state(root, authority):
    """For the hello: the version of the bundle that runs, 0 for the board's own, and whether it is still on trial."""
    name = running()
    version = 0
    for slot in ("/manifest", "/previous"):
        manifest = _manifest(root + "/firmware" + slot, authority) if name else None
        if manifest is not None and manifest.content == name:
            version = manifest.version
            break
    return {"version": version, "trial": bool(name) and _trial(root + "/firmware")[0] == name}


def keep(folder, authority):
    """The names in `folder` that belong to the slots or to what runs, beside the active bundle's."""
    # A file that is open must not be removed: modules are read from it as long as the program runs.
    names = ["trial", "previous", running()]
    previous = _manifest(folder + "/previous", authority)
    if previous is not None:
        names.append(previous.content)
    return names


def stage(folder, manifest, authority):
    """Before a new firmware's activation: what ran so far becomes the fallback, the new one is on trial."""
    signed = durable.read(folder + "/manifest", _MANIFEST_LIMIT + 1)
    current = _manifest(folder + "/manifest", authority)
    if current is not None and _trial(folder)[0] != current.content:
        durable.replace(folder + "/previous", signed)
    _try(folder, manifest.content, 0)


def confirm(root):
    """This firmware does its work: it is no longer on trial. OSError where flash fails."""
    # Neither the board's own nor the one before may speak for the one that is on trial.
    if running() and _trial(root + "/firmware")[0] == running():
        durable.remove(root + "/firmware/trial")


def enter(root, importer):
    """Make the firmware that is to run the one that imports find. `importer`: the sys module.

    Nothing happens where there is none but the board's own. Never raises: whatever is wrong with a bundle, the scanner
    starts with something.
    """
    if root is None or not durable.exists(root + "/firmware/manifest"):
        return
    try:
        found = choose(root)
        if found is None:
            return
        import vfs

        # Under the content's name, so that every module's __file__ says which firmware it is of.
        place = "/" + found.name
        vfs.mount(found, place)
    except Exception as error:  # noqa: BLE001 - a firmware that cannot be read must not stop the one that can
        importer.print_exception(error)
        return
    importer.path.insert(0, place)
    for name in list(importer.modules):
        if name == "scanner" or name.startswith("scanner."):
            del importer.modules[name]
    gc.collect()


def choose(root):
    """The PartsFs of the firmware to run, or None for the board's own. OSError where flash fails."""
    from scanner import identity

    folder = root + "/firmware"
    authority = identity.authority(root)
    manifest = _manifest(folder + "/manifest", authority)
    if manifest is not None:
        name, starts = _trial(folder)
        on_trial = name == manifest.content
        if not on_trial or starts < _STARTS:
            if on_trial:
                _try(folder, name, starts + 1)
            found = _open(folder, manifest)
            if found is not None:
                return found
    # The new one is damaged, forged or did not confirm its starts.
    previous = _manifest(folder + "/previous", authority)
    if previous is None:
        return None
    found = _open(folder, previous)
    if found is not None:
        os.rename(folder + "/previous", folder + "/manifest")
        durable.remove(folder + "/trial")
    return found


def _manifest(path, authority):
    from scanner.bundles.manifest import BadManifest, read_manifest

    signed = durable.read(path, _MANIFEST_LIMIT + 1)
    if signed is None or authority is None:
        return None
    try:
        return read_manifest(signed, authority, "firmware")
    except BadManifest:
        return None


def _open(folder, manifest):
    from scanner.bundles import content
    from scanner.bundles.parts_fs import PartsFs

    try:
        file = open(folder + "/" + manifest.content, "rb")  # noqa: SIM115 - the firmware runs from it
    except OSError:
        return None
    try:
        content.verify(file, manifest)
    except (ValueError, OSError):
        file.close()
        return None
    return PartsFs(file, manifest)


def _trial(folder):
    # (content's name, starts) of the firmware on trial; ("", 0) where none is.
    words = (durable.read(folder + "/trial", _LIMIT) or b"").split()
    try:
        return str(words[0], "ascii"), int(words[1])
    except (IndexError, ValueError, UnicodeError):
        return "", 0


def _try(folder, name, starts):
    durable.replace(folder + "/trial", ("%s %d" % (name, starts)).encode())
