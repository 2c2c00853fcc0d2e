// Frames over named pipes: four bytes of length, then JSON. Read and written without waiting for an event loop, so that a call across
// the boundary can be an ordinary, synchronous call.
'use strict'
const fs = require('node:fs')

const LONGEST = 32 * 1024 * 1024

/** @param path a named pipe; opened for both directions, so that opening never waits for the other side. */
function openPipe(path) {
  const file = fs.openSync(path, fs.constants.O_RDWR)
  return { send: (message) => writeAll(file, frameOf(message)), receive: () => receive(file), receiveLater: (then) => receiveLater(file, then) }
}

function frameOf(message) {
  const text = Buffer.from(JSON.stringify(message))
  if (text.length > LONGEST) throw new RangeError('a message that is too long')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text])
}

function writeAll(file, bytes) {
  for (let offset = 0; offset < bytes.length; ) offset += fs.writeSync(file, bytes, offset)
}

function receive(file) {
  return parse(readExactly(file, lengthOf(readExactly(file, 4))))
}

function readExactly(file, length) {
  const bytes = Buffer.alloc(length)
  for (let offset = 0; offset < length; ) offset += fs.readSync(file, bytes, offset, length - offset, null)
  return bytes
}

/** The same while the event loop goes on. */
function receiveLater(file, then) {
  const exactly = (length, done, bytes = Buffer.alloc(length), offset = 0) =>
    fs.read(file, bytes, offset, length - offset, null, (error, got) => {
      if (error) throw error
      if (offset + got === length) done(bytes)
      else exactly(length, done, bytes, offset + got)
    })
  exactly(4, (head) => exactly(lengthOf(head), (text) => then(parse(text))))
}

function lengthOf(head) {
  const length = head.readUInt32LE()
  if (length === 0 || length > LONGEST) throw new RangeError('a message of no sensible length')
  return length
}

const parse = (bytes) => JSON.parse(bytes.toString('utf8'))

module.exports = { openPipe }
