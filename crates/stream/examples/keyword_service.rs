//! The service with the smallest possible judge: posts that contain a phrase are flagged. For
//! trying out Kafka settings without a model.
//!
//! ```text
//! cargo run -p mingjian-stream --example keyword_service -- stream.toml 震惊
//! ```

#[path = "../tests/support/keyword_judge.rs"]
mod keyword_judge;

use std::io::Write as _;
use std::sync::Arc;

use mingjian_stream::{DemoOptions, StopSignal, StreamConfig, demo, serve};

use keyword_judge::KeywordJudge;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: keyword_service CONFIG|--demo [PHRASE]")?;
    let phrase = arguments.next().unwrap_or_else(|| "震惊".to_owned());
    let judge = Arc::new(KeywordJudge::new(&phrase));

    let stop = StopSignal::new();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            let mut terminate =
                tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            stop.stop();
            std::io::Result::Ok(())
        }
    });
    let report = if file == "--demo" {
        let posts = (0..200)
            .map(|id| {
                let text = if id % 10 == 0 { "震惊！" } else { "平常" };
                format!(r#"{{"id":"{id}","text":"{text}"}}"#).into_bytes()
            })
            .collect();
        let show = |flagged: &mingjian_schema::FlaggedPost| eprintln!("flagged {}", flagged.id);
        demo(judge, posts, &DemoOptions::default(), stop, Box::new(show)).await?
    } else {
        let config: StreamConfig = toml::from_str(&std::fs::read_to_string(file)?)?;
        serve(&config, judge, stop).await?
    };
    let mut output = std::io::stdout();
    serde_json::to_writer(&mut output, &report)?;
    writeln!(output)?;
    Ok(())
}
