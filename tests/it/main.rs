//! The whole suite: one binary that speaks HTTP to servers of its own, over real sockets.

mod admin;
mod agreement;
mod alibaba;
mod catalogue;
mod ccai;
mod cli;
mod client;
mod clock;
mod commubo;
mod coverage;
mod exchange;
mod exec;
mod faults;
mod fixture;
mod house;
mod journal;
mod matrix;
mod mock;
mod operations;
mod readme;
mod reload;
mod scenario;
mod sencloud;
mod server;
mod snapshot;
mod worlds;
