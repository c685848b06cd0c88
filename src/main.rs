fn main(){
    let r=callmock::scenario::Request{sources:std::env::args().skip(1).map(|p|callmock::scenario::Source::Path(p.into())).collect(),..Default::default()};
    match callmock::scenario::load(&r){Ok(s)=>println!("ok {} calls",s.universe.len()),Err(e)=>println!("{e}")}
}
