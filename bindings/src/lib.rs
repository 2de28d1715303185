//! The WebAssembly boundary of ferrocql: converts and forwards, decides nothing.
//!
//! Only numbers cross. JavaScript writes into three regions of linear memory (`words` and `bytes` hold a request block,
//! `chunk` what a socket gave), calls one function, and finds the answer in the status block and in the buffer that the
//! status block points to. One instance serves one cluster.

mod encode;
mod inbound;
mod state;
