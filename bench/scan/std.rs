// std.rs - Rust's standard library comes with each program
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

pub enum Event {
    Paid { amount: i64 },
    Shipped(String),
    Cancelled,
}

fn main() {
    let seen: Arc<Mutex<HashMap<String, Vec<Event>>>> = Arc::new(Mutex::new(HashMap::new()));
    let mut ordered: BTreeMap<u64, String> = BTreeMap::new();
    for (at, word) in std::env::args().enumerate() {
        let event = match at % 3 {
            0 => Event::Paid { amount: at as i64 },
            1 => Event::Shipped(word.clone()),
            _ => Event::Cancelled,
        };
        seen.lock().unwrap().entry(word.clone()).or_insert_with(Vec::new).push(event);
        ordered.insert(at as u64, word);
    }
    println!("{} {}", seen.lock().unwrap().len(), ordered.len());
}
