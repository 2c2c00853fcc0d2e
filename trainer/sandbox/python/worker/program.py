"""Where the files of a program come to lie. Found out by the supervisor: a candidate's process pays for all that it does first."""
import os


class LeadsOut(Exception):
    """A file that would lie outside of the program's folder."""


def layout(files, folder):
    """
    What a candidate's process is told of its program: `folders` to make, parents first, `files` as (path, bytes), and of the first of
    them `entry`, its path, `name`, by which it is imported, and `source`.
    """
    paths = [_inside(folder, each['path']) for each in files]
    # Sorted, a folder stands before what lies in it.
    folders = sorted({above for path in paths for above in _folders_above(path, folder)})
    return {
        'folder': folder, 'folders': folders, 'files': [(path, bytes_of(each['text'])) for path, each in zip(paths, files)],
        'entry': paths[0], 'name': os.path.splitext(os.path.basename(paths[0]))[0],
        # A mark of the byte order is no character of a program.
        'source': files[0]['text'].removeprefix('\ufeff')
    }


def bytes_of(text):
    """Halves of surrogate pairs, which no file can hold, as Python writes them."""
    return text.encode('utf8', 'backslashreplace')


def _inside(folder, path):
    whole = os.path.normpath(os.path.join(folder, path))
    if not whole.startswith(folder + os.sep):
        raise LeadsOut('the path %r of a program file leads out of its folder' % path)
    return whole


def _folders_above(path, folder):
    above = os.path.dirname(path)
    while above != folder:
        yield above
        above = os.path.dirname(above)
