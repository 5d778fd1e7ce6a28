// What a file holds once opened: the entries of a ZIP archive (a workbook is one), the pages of a
// Parquet file. Small readers, for tests that search for what must not be there.
import { inflateRawSync } from "node:zlib";

/** The entries of a ZIP archive: [[name, bytes]]. */
export function unzip(bytes) {
  const entries = [];
  let end = bytes.lastIndexOf(Buffer.from("504b0506", "hex"));
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count -= 1) {
    const method = bytes.readUInt16LE(at + 10);
    const size = bytes.readUInt32LE(at + 20);
    const lengths = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const name = bytes.subarray(at + 46, at + 46 + lengths[0]).toString("utf8");
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + size);
    entries.push([name, method === 8 ? inflateRawSync(packed) : packed]);
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return entries;
}

/** Undoes Snappy's block format. */
export function unsnap(bytes) {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    size += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  const out = Buffer.alloc(size);
  let to = 0;
  while (at < bytes.length) {
    const tag = bytes[at++];
    if ((tag & 3) === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const wide = length - 59;
        length = bytes.readUIntLE(at, wide);
        at += wide;
      }
      bytes.copy(out, to, at, at + length + 1);
      at += length + 1;
      to += length + 1;
      continue;
    }
    let length = (tag >> 2) + 1;
    let back;
    if ((tag & 3) === 1) {
      length = ((tag >> 2) & 7) + 4;
      back = ((tag >> 5) << 8) | bytes[at++];
    } else {
      const wide = (tag & 3) === 2 ? 2 : 4;
      back = bytes.readUIntLE(at, wide);
      at += wide;
    }
    // What is copied may overlap what is being written: byte by byte.
    for (; length > 0; length -= 1, to += 1) out[to] = out[to - back];
  }
  return out;
}

/** Reads one structure of Thrift's compact protocol: [fields by number, where it ends]. */
function thrift(bytes, start) {
  let at = start;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const zigzag = () => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  const read = (type) => {
    if (type === 1 || type === 2) return type === 1;
    if (type === 3) return bytes[at++];
    if (type <= 6) return zigzag();
    if (type === 7) return (at += 8);
    if (type === 8) {
      const length = varint();
      at += length;
      return bytes.subarray(at - length, at);
    }
    if (type === 9 || type === 10) {
      const head = bytes[at++];
      const count = head >> 4 === 15 ? varint() : head >> 4;
      return Array.from({ length: count }, () => read(head & 15));
    }
    if (type === 12) return structure();
    throw new Error(`type ${type} of Thrift`);
  };
  const structure = () => {
    const fields = {};
    for (let number = 0; ; ) {
      const head = bytes[at++];
      if (head === 0) return fields;
      number = head >> 4 ? number + (head >> 4) : zigzag();
      fields[number] = read(head & 15);
    }
  };
  return [structure(), at];
}

/** The pages of a Parquet file, decompressed: what its text columns hold stands in them. */
export function parquetPages(bytes) {
  const length = bytes.readUInt32LE(bytes.length - 8);
  const [footer] = thrift(bytes, bytes.length - 8 - length);
  const pages = [];
  for (const group of footer[4]) {
    for (const { 3: column } of group[1]) {
      let at = Math.min(column[11] ?? Infinity, column[9]);
      const end = at + column[7];
      while (at < end) {
        const [page, from] = thrift(bytes, at);
        at = from + page[3];
        const body = bytes.subarray(from, at);
        // The levels of the second form of data pages are never compressed.
        const levels = page[8] ? page[8][5] + page[8][6] : 0;
        const plain = column[4] === 0 || page[8]?.[7] === false;
        if (!plain && column[4] !== 1) throw new Error(`codec ${column[4]} of Parquet`);
        pages.push(plain ? body : unsnap(body.subarray(levels)));
      }
    }
  }
  return pages;
}

/** The checksum of ZIP archives. */
export function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
