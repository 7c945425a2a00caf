"""A small strict reader of MPEG transport streams (ISO 13818-1), written for RFC 8216bis §3.1.1.

It shares nothing with the server. What is broken is an error that begins with the mark of a rule, TS and a number.
"""

from dataclasses import dataclass, field

from .mp4 import require

PACKET_BYTE_COUNT = 188
NULL_PACKET = 0x1fff
KIND_OF_TYPE = {0x1b: "video", 0x24: "video", 0x0f: "audio", 0x03: "audio", 0x04: "audio", 0x81: "audio",
                0x87: "audio"}
WRAP = 1 << 33


@dataclass
class Pes:
    """A packet of an elementary stream; times in ticks of 90 kHz."""
    presentation: int
    decode: int
    payload: bytes
    is_random_access: bool


@dataclass
class TransportReader:
    """Reads the segments of one stream one after another: counters go on from segment to segment."""

    counters: dict = field(default_factory=dict)
    types: dict = field(default_factory=dict)

    def begin_discontinuity(self):
        self.counters = {}

    def read(self, data):
        """The packets of every elementary stream in a segment, by kind."""
        require(data and len(data) % PACKET_BYTE_COUNT == 0, "TS1", f"{len(data)} bytes are no whole packets")
        packets = [data[at:at + PACKET_BYTE_COUNT] for at in range(0, len(data), PACKET_BYTE_COUNT)]
        pids = [(packet[1] & 0x1f) << 8 | packet[2] for packet in packets]
        require(pids[0] == 0, "TS2", f"the first packet is of PID {pids[0]}, not PAT")
        program, pmt = self.read_pat(packets[0])
        require(len(pids) > 1 and pids[1] == pmt, "TS2", "the second packet is not PMT")
        self.types = self.read_pmt(packets[1], program)
        units = {pid: [] for pid in self.types}
        for number, (packet, pid) in enumerate(zip(packets, pids)):
            self.count(packet, pid, number)
            if pid in units:
                self.collect(packet, units[pid], number)
            else:
                require(pid in (0, pmt, NULL_PACKET), "TS3", f"packet {number} is of PID {pid}, not in PMT")
        found = {}
        for pid, pieces in units.items():
            found.setdefault(KIND_OF_TYPE[self.types[pid]], []).extend(read_pes(*piece) for piece in pieces)
        return found

    def count(self, packet, pid, number):
        require(packet[0] == 0x47, "TS1", f"packet {number} has no sync byte")
        require(not packet[1] & 0x80, "TS1", f"packet {number} is marked as damaged")
        require(not packet[3] & 0xc0, "TS1", f"packet {number} is scrambled")
        if pid == NULL_PACKET:
            return
        counter, has_payload = packet[3] & 15, packet[3] & 0x10
        before = self.counters.get(pid)
        if before is not None:
            due = (before + 1) % 16 if has_payload else before
            require(counter == due, "TS4", f"packet {number} of PID {pid} counts {counter}, not {due}")
        self.counters[pid] = counter

    def collect(self, packet, pieces, number):
        payload, is_random_access = payload_of(packet, number)
        if packet[1] & 0x40:
            pieces.append((bytearray(payload), is_random_access))
        elif payload:
            require(pieces, "TS5", f"packet {number} goes on with what no packet of the segment began")
            pieces[-1][0].extend(payload)

    def read_pat(self, packet):
        section = section_of(packet, 0)
        require(len(section) == 4, "TS6", "PAT has not one program")
        return section[0] << 8 | section[1], (section[2] & 0x1f) << 8 | section[3]

    def read_pmt(self, packet, program):
        section = section_of(packet, 2, program)
        at, types = 4 + ((section[2] & 15) << 8 | section[3]), {}
        while at < len(section):
            kind, pid = section[at], (section[at + 1] & 0x1f) << 8 | section[at + 2]
            require(kind in KIND_OF_TYPE, "TS6", f"PMT names a stream of type {kind}")
            types[pid] = kind
            at += 5 + ((section[at + 3] & 15) << 8 | section[at + 4])
        require(types, "TS6", "PMT names no stream")
        require(not self.types or not self.counters or types == self.types, "TS6", "PMT changed without discontinuity")
        return types


def payload_of(packet, number):
    """What follows the header, and whether decoding can begin here."""
    control, start, is_random_access = packet[3] >> 4 & 3, 4, False
    require(control, "TS1", f"packet {number} has no payload and no adaptation field")
    if control & 2:
        require(packet[4] <= 183, "TS1", f"the adaptation field of packet {number} is too long")
        start = 5 + packet[4]
        is_random_access = packet[4] > 0 and bool(packet[5] & 0x40)
    return (packet[start:] if control & 1 else b""), is_random_access


def section_of(packet, table, number=None):
    """What is between the header of a section and its checksum."""
    payload, _ = payload_of(packet, 0)
    require(packet[1] & 0x40 and payload, "TS6", "no section begins in the packet")
    payload = payload[1 + payload[0]:]
    length = (payload[1] & 15) << 8 | payload[2]
    require(payload[0] == table and 9 <= length <= len(payload) - 3, "TS6", f"no section of table {table}")
    require(crc_of(payload[:3 + length]) == 0, "TS6", f"the checksum of table {table} is wrong")
    require(number is None or payload[3] << 8 | payload[4] == number, "TS6", "PMT is of another program than PAT says")
    return payload[8:3 + length - 4]


def crc_of(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04c11db7 if crc & 0x80000000 else crc << 1) & 0xffffffff
    return crc


def read_pes(data, is_random_access):
    require(len(data) >= 9 and data[:3] == b"\x00\x00\x01", "TS7", "no PES packet where one begins")
    length, flags, header = data[4] << 8 | data[5], data[7] >> 6, data[8]
    require(length in (0, len(data) - 6), "TS7", f"a PES packet of {len(data) - 6} bytes says {length}")
    require(flags & 2, "TS7", "a PES packet without presentation time")
    presentation = time_of(data, 9)
    decode = time_of(data, 14) if flags & 1 else presentation
    return Pes(presentation, decode, bytes(data[9 + header:]), is_random_access)


def time_of(data, at):
    require(data[at] & 1 and data[at + 2] & 1 and data[at + 4] & 1, "TS7", "a time without marker bits")
    return ((data[at] >> 1 & 7) << 30 | data[at + 1] << 22 | data[at + 2] >> 1 << 15 | data[at + 3] << 7
            | data[at + 4] >> 1)


def step(before, after):
    """From one time to another, over the wrap of 33 bits."""
    return (after - before + WRAP // 2) % WRAP - WRAP // 2
