//! Writes `<out>/<program>.json` (Anchor IDL 0.1.0) and `<out>/legacy/<program>.json` (the form before it, which
//! anchorpy reads) for every program, from the tables that the programs declare.

mod spec;

use anyhow::{Context, Result};
use std::{env, fs, path::Path};

fn main() -> Result<()> {
    let out = env::args().nth(1).context("usage: idlgen OUT_DIR")?;
    let out = Path::new(&out);
    fs::create_dir_all(out.join("legacy"))?;
    for idl in spec::all() {
        let file = format!("{}.json", idl.metadata.name);
        let json = serde_json::to_vec_pretty(&idl)?;
        let legacy = anchor_lang_idl::convert::convert_idl_to_legacy(&idl)?;
        write(&out.join(&file), json)?;
        write(&out.join("legacy").join(&file), legacy)?;
    }
    Ok(())
}

fn write(path: &Path, mut bytes: Vec<u8>) -> Result<()> {
    bytes.push(b'\n');
    fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}
