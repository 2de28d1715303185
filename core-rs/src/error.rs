//! What can be wrong with bytes. A kind has a number that never changes, so that it crosses to JavaScript as one integer;
//! the sentence a user reads is made there.

use core::fmt;

/// The reason why bytes were refused. Numbers are stable: add at the end, never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ErrorKind {
    /// More bytes were announced than remain.
    Truncated = 1,
    /// A length is negative where none may be.
    NegativeLength = 2,
    /// A frame announces a body over the limit.
    FrameTooLarge = 3,
    /// The version byte is not the one negotiated.
    UnexpectedVersion = 4,
    /// The direction bit says request where a response must be, or the other way round.
    WrongDirection = 5,
    /// The opcode is none of the protocol's, or not one of this direction.
    UnknownOpcode = 6,
    /// CRC24 of a segment header does not match.
    HeaderChecksum = 7,
    /// CRC32 of a segment payload does not match.
    PayloadChecksum = 8,
    /// A segment breaks the rules of segments (first slice too short, two frames in one slice sequence, …).
    InvalidSegment = 9,
    /// A compressed block is damaged or its size is not the one it announces.
    InvalidCompression = 10,
    /// A frame says it is compressed, and no compression was negotiated.
    UnexpectedCompression = 11,
    /// Text is not UTF-8.
    InvalidUtf8 = 12,
    /// A count announces more items than the remaining bytes can hold.
    CountTooLarge = 13,
    /// Types are nested deeper than the limit.
    TypeTooDeep = 14,
    /// A type option has an id that the protocol does not know.
    UnknownType = 15,
    /// A custom class name does not parse.
    InvalidClassName = 16,
    /// A value's bytes do not fit its CQL type.
    InvalidValue = 17,
    /// A RESULT has a kind that the protocol does not know.
    UnknownResultKind = 18,
    /// Rows came without metadata, and no metadata is known for their stream.
    MissingMetadata = 19,
    /// Rows came without metadata, and have another column count than the metadata known for their stream.
    MetadataMismatch = 20,
    /// More items than a length prefix can count.
    TooManyItems = 21,
    /// Text or bytes longer than their length prefix can count.
    TooLong = 22,
    /// A partition key component is null or unset, so that there is no token.
    NullKey = 23,
    /// The request block asks for something that the protocol version has not.
    UnsupportedByVersion = 24,
    /// A handle names nothing.
    UnknownHandle = 25,
    /// The request block contradicts itself.
    InvalidRequest = 26,
}

/// An [`ErrorKind`] and the byte offset at which it was noticed, counted from the start of what was being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// Why.
    pub kind: ErrorKind,
    /// Where, in bytes.
    pub offset: usize,
}

/// The result of everything in this crate that reads.
pub type Result<T> = core::result::Result<T, Error>;

impl Error {
    /// An error of this kind at this byte.
    #[must_use]
    pub const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at byte {}", self.kind, self.offset)
    }
}

impl std::error::Error for Error {}
