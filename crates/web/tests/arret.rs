//! The signals of the system stop the server. Alone in its process: a signal is for the whole of it.
#![cfg(unix)]

#[cfg(test)]
#[expect(dead_code, reason = "the other tests use more of it")]
mod commun;

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::Arc;
    use std::time::Duration;

    use mallette_web::{Ecoute, Reglage};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    use super::commun::{Double, etat};

    /// Sends a signal to this process.
    fn send(signal: &str) {
        let pid = std::process::id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
    }

    /// A server that answers, stopped by that signal.
    async fn stop_by(signal: &str) {
        let double = Arc::new(Double::new(etat().unwrap()).unwrap());
        let (ready, listening) = oneshot::channel::<Ecoute>();
        let reglage = Reglage::local("127.0.0.1:0".parse().unwrap());
        let serving =
            mallette_web::serve(double, None, reglage, |ecoute| ready.send(ecoute).unwrap());
        let served = tokio::spawn(serving);
        let adresse = listening.await.unwrap().adresse;
        // One answer: from then on, the signals are waited for.
        let mut stream = TcpStream::connect(adresse).await.unwrap();
        let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        send(signal);
        served.await.unwrap().unwrap();
        assert!(TcpStream::connect(adresse).await.is_err());
    }

    #[tokio::test]
    async fn a_signal_of_the_system_stops_the_server() {
        for signal in ["TERM", "INT"] {
            let long = Duration::from_secs(60);
            tokio::time::timeout(long, stop_by(signal)).await.expect("stopped");
        }
    }
}
