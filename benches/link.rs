//! How long does it take to link a free text to competences, and to make a vocabulary ready for it?

use raakvlak_benches::held_out::vocabulary;
use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::Vocabulary;
use raakvlak_engine::link::LinkIndex;
use std::sync::LazyLock;

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| vocabulary().unwrap_or_default());
static INDEX: LazyLock<LinkIndex> = LazyLock::new(|| LinkIndex::build(&VOCABULARY));

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 5)]
fn make_the_index() -> LinkIndex {
    LinkIndex::build(divan::black_box(&VOCABULARY))
}

#[divan::bench(args = [
    "koken",
    "zorg verlenen aan ouderen",
    "kwaliteitsprocedurs opzeten",
    "ik kan goed luisteren naar mensen en ik heb jaren in een keuken gewerkt",
])]
fn link(bencher: divan::Bencher<'_, '_>, text: &str) {
    let index = &*INDEX;
    bencher.bench(|| index.link(divan::black_box(text), Language::Nl, 20).len());
}

#[divan::bench(sample_count = 20)]
fn link_ten_mebibytes(bencher: divan::Bencher<'_, '_>) {
    let text = "zorgen voor ouderen, fietsen repareren en koken. ".repeat(220_000);
    let index = &*INDEX;
    bencher.bench(|| index.link(divan::black_box(&text), Language::Nl, 20).len());
}
