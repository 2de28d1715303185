//! A server that answers from prepared bytes: one thread a connection, one look-up a request, one write for what came in one
//! read. Speaks v3 to v5, with and without compression. Started with the path of a file of answers; prints its port.

mod answers;
mod connection;

use std::error::Error;
use std::net::TcpListener;
use std::sync::Arc;
use std::{env, fs, thread};

use answers::Answers;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("expected the path of a file of answers")?;
    let answers = Arc::new(Answers::read(&fs::read(path)?)?);
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    println!("{}", listener.local_addr()?.port());
    for socket in listener.incoming() {
        let (socket, answers) = (socket?, Arc::clone(&answers));
        socket.set_nodelay(true)?;
        thread::spawn(move || {
            // A client that goes away is no fault of the bench; what cannot be read is.
            if let Err(error) = connection::serve(socket, &answers) {
                if error.kind() == std::io::ErrorKind::InvalidData {
                    eprintln!("{error}");
                }
            }
        });
    }
    Ok(())
}
