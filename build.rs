//! `include_dir!` notices a changed migration, not a new one.

fn main() {
    println!("cargo:rerun-if-changed=supabase/migrations");
}
