//! The body of a request, read whole.

use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};

use crate::app::App;
use crate::limits;
use crate::problem::Problem;

/// The whole body, which has no more bytes than so many: else it is refused as `too_large` says. A client
/// must send on, and come to an end.
pub(crate) async fn read(
    app: &App,
    mut body: Incoming,
    most: u64,
    too_large: fn() -> Problem,
) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let all = async {
        loop {
            let frame = tokio::time::timeout(app.config.progress_time(), body.frame());
            let Some(frame) = frame.await.map_err(|_| Problem::body_too_slow())? else {
                return Ok(bytes);
            };
            let frame = frame.map_err(|_| Problem::body("the body ends early"))?;
            let data: Bytes = frame.into_data().unwrap_or_default();
            if (bytes.len() + data.len()) as u64 > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&data);
        }
    };
    let all = tokio::time::timeout(limits::BODY_TIME, all).await;
    all.map_err(|_| Problem::body_too_slow())?
}
