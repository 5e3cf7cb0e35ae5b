//! Messages on a socket: four bytes of length, little-endian, and a JSON document.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// No message is longer. Jobs are short, and slots are few.
const MOST_BYTES: u32 = 1 << 20;

/// Sends a message, in one write.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    send_all(to, [message])
}

/// Sends messages, all in one write: the other side wakes up once.
pub(super) fn send_all<'a, T: Serialize + 'a>(
    to: &mut impl Write,
    messages: impl IntoIterator<Item = &'a T>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    for message in messages {
        let start = bytes.len();
        bytes.extend([0; 4]);
        serde_json::to_writer(&mut bytes, message)?;
        let length = u32::try_from(bytes.len() - start - 4).unwrap_or(u32::MAX);
        check(length)?;
        bytes[start..start + 4].copy_from_slice(&length.to_le_bytes());
    }
    to.write_all(&bytes)
}

/// The next message; `None` where the other side has closed the socket between two, or has ended with
/// messages that it had not read.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    let mut have = 0;
    while have < length.len() {
        match from.read(&mut length[have..]) {
            Ok(0) if have == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => have += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if have == 0 && error.kind() == io::ErrorKind::ConnectionReset => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_le_bytes(length);
    check(length)?;
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    Ok(Some(serde_json::from_slice(&bytes)?))
}

fn check(length: u32) -> io::Result<()> {
    if length <= MOST_BYTES {
        return Ok(());
    }
    let what = format!("a message of {length} bytes; {MOST_BYTES} is the most");
    Err(io::Error::new(io::ErrorKind::InvalidData, what))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use sphere_engine::SampleParameters;

    use super::super::message::{Answer, Failure, Order};
    use super::*;

    #[test]
    fn messages_arrive_one_after_the_other() {
        let parameters = SampleParameters::parse("random", [("count", "18446744073709551615")]);
        let parameters = parameters.unwrap();
        let slots = vec![3, 1];
        let sent = [
            Order::Ping,
            Order::Run { job: u64::MAX, parameters, block_bytes: 1 << 20, slots },
            Order::Lend { job: 1, slot: 0 },
            Order::Stop { job: 1 },
        ];
        let mut bytes = Vec::new();
        send(&mut bytes, &sent[0]).unwrap();
        send_all(&mut bytes, &sent[1..]).unwrap();
        let mut from = &bytes[..];
        for message in &sent {
            assert_eq!(receive::<Order>(&mut from).unwrap().as_ref(), Some(message));
        }
        assert_eq!(receive::<Order>(&mut from).unwrap(), None);
        let failed = Answer::Failed { job: 5, error: Failure::Lost("gone".to_string()) };
        let mut bytes = Vec::new();
        send(&mut bytes, &failed).unwrap();
        assert_eq!(receive(&mut &bytes[..]).unwrap(), Some(failed));
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        let kind = |bytes: &[u8]| receive::<Order>(&mut &bytes[..]).unwrap_err().kind();
        assert_eq!(kind(&[5]), ErrorKind::UnexpectedEof);
        assert_eq!(kind(&[5, 0, 0, 0, b'{']), ErrorKind::UnexpectedEof);
        assert_eq!(kind(&u32::MAX.to_le_bytes()), ErrorKind::InvalidData);
        let framed = |text: &str| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
        for text in
            ["", "{}", "{\"do\":\"what\"}", "{\"do\":\"ping\"} x", "{\"do\":\"lend\",\"job\":1}"]
        {
            assert!(receive::<Order>(&mut &framed(text)[..]).is_err(), "{text}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_not_sent() {
        let mut bytes = Vec::new();
        let long = Failure::Failed("x".repeat(MOST_BYTES as usize));
        assert_eq!(send(&mut bytes, &long).unwrap_err().kind(), ErrorKind::InvalidData);
        assert!(bytes.is_empty());
    }
}
