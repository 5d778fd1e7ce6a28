//! scratch
use mallette_synth::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let d = Demande{sortie:a[1].clone().into(),structures:a[2].parse().unwrap(),dossiers:a[3].parse().unwrap(),graine:a[4].parse().unwrap(),format: if a[5]=="terrain"{Format::Terrain}else{Format::Canonique},date_extraction:a[6].parse().unwrap()};
    let t=std::time::Instant::now();
    let b=generate(&d,&mut |_,_|{}).unwrap_or_else(|e| panic!("{e}"));
    println!("{:?} {:?}",t.elapsed(),b.lignes);
}
