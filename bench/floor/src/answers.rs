//! The file of recorded answers. `bench/answers.py` writes it.
//!
//! Each answer is a line `METHOD PATH STATUS HEADERS CHUNKS LENGTH`, then as many header lines
//! `name: value` as HEADERS says, then a line with the sizes of the chunks if CHUNKS is not 0, and
//! then LENGTH bytes of body and a line feed.

use std::path::Path;
use std::{fs, io};

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use bytes::Bytes;

/// A method and a path with their answers.
pub struct Endpoint {
    pub method: Method,
    pub path: String,
    pub answers: Vec<Answer>,
}

/// A recorded answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The parts of the body, if it was sent in chunks.
    pub chunks: Option<Vec<Bytes>>,
}

/// Reads the file. The answers of one method and path keep their order.
pub fn read(path: &Path) -> io::Result<Vec<Endpoint>> {
    let mut rest = Rest(Bytes::from(fs::read(path)?));
    let mut endpoints: Vec<Endpoint> = vec![];
    while !rest.0.is_empty() {
        let head = rest.line()?;
        let [method, path, status, headers, chunks, length] =
            head.split(' ').collect::<Vec<_>>().try_into().map_err(|_| wrong(&head))?;
        let method: Method = parsed(method)?;
        let answer = Answer {
            status: parsed(status)?,
            headers: rest.headers(parsed(headers)?)?,
            chunks: None,
            body: Bytes::new(),
        };
        let sizes = if parsed::<usize>(chunks)? == 0 { None } else { Some(rest.line()?) };
        let body = rest.bytes(parsed(length)?)?;
        rest.bytes(1)?;
        let chunks = sizes.map(|sizes| cut(&body, &sizes)).transpose()?;
        let answer = Answer { body, chunks, ..answer };
        match endpoints.iter_mut().find(|known| known.method == method && known.path == path) {
            Some(known) => known.answers.push(answer),
            None => {
                endpoints.push(Endpoint { method, path: path.to_owned(), answers: vec![answer] });
            }
        }
    }
    Ok(endpoints)
}

/// What is not read yet.
struct Rest(Bytes);

impl Rest {
    fn bytes(&mut self, length: usize) -> io::Result<Bytes> {
        if length > self.0.len() {
            return Err(wrong("it ends too early"));
        }
        Ok(self.0.split_to(length))
    }

    fn line(&mut self) -> io::Result<String> {
        let length =
            self.0.iter().position(|byte| *byte == b'\n').ok_or_else(|| wrong("no line feed"))?;
        let line = self.bytes(length)?;
        self.bytes(1)?;
        String::from_utf8(line.to_vec()).map_err(|error| wrong(&error.to_string()))
    }

    fn headers(&mut self, count: usize) -> io::Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for _ in 0..count {
            let line = self.line()?;
            let (name, value) = line.split_once(": ").ok_or_else(|| wrong(&line))?;
            headers.append(parsed::<HeaderName>(name)?, parsed::<HeaderValue>(value)?);
        }
        Ok(headers)
    }
}

fn cut(body: &Bytes, sizes: &str) -> io::Result<Vec<Bytes>> {
    let mut rest = Rest(body.clone());
    sizes.split(' ').map(|size| rest.bytes(parsed(size)?)).collect()
}

fn parsed<T: std::str::FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| wrong(text))
}

fn wrong(what: &str) -> io::Error {
    io::Error::other(format!("the file of answers is wrong: {what}"))
}
