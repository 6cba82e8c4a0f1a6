"""The root as a layer of an image: a tar archive that is the same wherever and whenever it is
made."""

import gzip
import io
import tarfile

from parts import root as tree

_TYPES = {tree.DIRECTORY: tarfile.DIRTYPE, tree.FILE: tarfile.REGTYPE, tree.LINK: tarfile.SYMTYPE}


def tar(root, epoch):
    """The uncompressed archive. `epoch`: the time of everything in it."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode='w', format=tarfile.PAX_FORMAT) as writer:
        for path, entry in root.sorted():
            member = tarfile.TarInfo(path.lstrip('/'))
            member.type = _TYPES[entry.kind]
            member.mode = entry.mode
            member.uid = member.gid = entry.owner
            member.mtime = epoch
            member.linkname = entry.target
            member.size = len(entry.data)
            writer.addfile(member, io.BytesIO(entry.data))
    return archive.getvalue()


def compressed(archive):
    out = io.BytesIO()
    with gzip.GzipFile(filename='', mode='wb', compresslevel=6, fileobj=out,
                       mtime=0) as writer:
        writer.write(archive)
    return out.getvalue()
