//! A bare axum server on port 8090, which the service is measured against: `docs/serving.md`.
//! `/` answers with a greeting, `/2400` with as many bytes as 100 points have.

use std::error::Error;

use axum::Router;
use axum::routing::get;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let router = Router::new()
            .route("/", get(|| async { "Hello, World!" }))
            .route("/2400", get(|| async { vec![7_u8; 2_400] }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:8090").await?;
        axum::serve(listener, router).await?;
        Ok(())
    })
}
