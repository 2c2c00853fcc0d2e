"""Users that candidates become."""
NOBODY = 65534


def existing(uid):
    """Where the kernel maps fewer users (a container of another user), the one that every system has."""
    return uid if not uid or all(is_mapped(uid, '/proc/self/' + name) for name in ('uid_map', 'gid_map')) else NOBODY


def is_mapped(uid, path):
    with open(path) as file:
        ranges = [[int(each) for each in line.split()] for line in file]
    return any(first <= uid < first + count for first, _, count in ranges)
