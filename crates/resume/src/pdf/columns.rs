//! Columns: rows of segments, in reading order.

use super::layout::{Row, Segment};

/// Parts of the page's width by which gaps are looked for.
const BINS: usize = 256;
/// Rows of a column.
const FEWEST_ROWS: usize = 4;
/// A gap between columns, in parts of the width.
const GUTTER: usize = 5;
/// More rows than a page has: they are read from top to bottom.
const MOST_ROWS: usize = 400;

type Mask = [bool; BINS];

/// Lines in reading order: where a gap runs down a page, one side before the other.
pub(super) fn ordered(rows: Vec<Row>, right_to_left: bool) -> Vec<Row> {
    let edges = rows
        .iter()
        .flatten()
        .fold((f32::MAX, f32::MIN), |(left, right), segment| {
            (left.min(segment.x), right.max(segment.end))
        });
    let page = Page {
        left: edges.0,
        width: (edges.1 - edges.0).max(1.0),
        right_to_left,
    };
    page.ordered(rows)
}

struct Page {
    left: f32,
    width: f32,
    right_to_left: bool,
}

/// Rows from `begin` to before `end` that a gap at `at` divides.
struct Split {
    begin: usize,
    end: usize,
    at: f32,
}

impl Page {
    fn ordered(&self, mut rows: Vec<Row>) -> Vec<Row> {
        let Some(split) = self.split(&rows) else {
            return rows;
        };
        let below = rows.split_off(split.end);
        let columns = rows.split_off(split.begin);
        let (left, right) = divided(columns, split.at);
        let (first, second) = if self.right_to_left {
            (right, left)
        } else {
            (left, right)
        };
        let mut lines = rows;
        for part in [first, second, below] {
            lines.extend(self.ordered(part));
        }
        lines
    }

    /// The longest run of rows with columns.
    fn split(&self, rows: &[Row]) -> Option<Split> {
        if rows.len() > MOST_ROWS {
            return None;
        }
        let masks: Vec<Mask> = rows.iter().map(|row| self.mask(row)).collect();
        let mut best: Option<Split> = None;
        for begin in 0..rows.len() {
            let mut used = [false; BINS];
            for end in begin + 1..=rows.len() {
                merge(&mut used, &masks[end - 1]);
                let longest = best
                    .as_ref()
                    .map_or(FEWEST_ROWS, |best| best.end - best.begin);
                if end - begin <= longest {
                    continue;
                }
                let Some(at) = gutter(&used) else {
                    continue;
                };
                #[expect(clippy::cast_precision_loss, reason = "at most BINS")]
                let at = self.left + self.width * at as f32 / BINS as f32;
                if is_columns(&rows[begin..end], at) {
                    best = Some(Split { begin, end, at });
                }
            }
        }
        best
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and BINS"
    )]
    fn mask(&self, row: &Row) -> Mask {
        let bin = |x: f32| {
            ((x - self.left) / self.width * BINS as f32).clamp(0.0, BINS as f32 - 1.0) as usize
        };
        let mut mask = [false; BINS];
        for segment in row {
            mask[bin(segment.x)..=bin(segment.end)].fill(true);
        }
        mask
    }
}

fn merge(used: &mut Mask, more: &Mask) {
    for (used, more) in used.iter_mut().zip(more) {
        *used |= more;
    }
}

/// The middle of the widest gap that is wide enough and has something on both sides.
fn gutter(used: &Mask) -> Option<usize> {
    let first = used.iter().position(|used| *used)?;
    let last = used.iter().rposition(|used| *used)?;
    let (mut widest, mut length) = ((0, 0), 0);
    for (bin, used) in used.iter().enumerate().take(last + 1).skip(first) {
        length = if *used { 0 } else { length + 1 };
        if length > widest.0 {
            widest = (length, bin);
        }
    }
    (widest.0 >= GUTTER).then(|| widest.1 - widest.0 / 2)
}

/// Whether both sides are read on their own. Labels or dates beside a text belong to its rows.
fn is_columns(rows: &[Row], at: f32) -> bool {
    let side = |segment: &Segment| segment.x >= at;
    let (mut left, mut right, mut both) = (0, 0, 0);
    let (mut left_width, mut right_width) = (0.0, 0.0);
    for row in rows {
        let on_right = row.iter().any(side);
        let on_left = row.iter().any(|segment| !side(segment));
        left += usize::from(on_left);
        right += usize::from(on_right);
        both += usize::from(on_left && on_right);
        for segment in row {
            let width = segment.end - segment.x;
            if side(segment) {
                right_width += width
            } else {
                left_width += width
            }
        }
    }
    let fewer = left.min(right);
    let narrow = f32::min(left_width, right_width) * 2.0 < f32::max(left_width, right_width);
    let beside = both * 5 >= fewer * 4;
    fewer >= FEWEST_ROWS && !(beside && narrow)
}

fn divided(rows: Vec<Row>, at: f32) -> (Vec<Row>, Vec<Row>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for row in rows {
        let (on_right, on_left): (Row, Row) = row.into_iter().partition(|segment| segment.x >= at);
        if !on_left.is_empty() {
            left.push(on_left);
        }
        if !on_right.is_empty() {
            right.push(on_right);
        }
    }
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(x: f32, y: f32, text: &str) -> Segment {
        #[expect(clippy::cast_precision_loss, reason = "short")]
        let end = x + 6.0 * text.len() as f32;
        Segment {
            x,
            end,
            y,
            size: 10.0,
            text: text.to_owned(),
        }
    }

    fn read(rows: Vec<Row>) -> String {
        let lines = ordered(rows, false);
        let line = |row: &Row| {
            row.iter()
                .map(|segment| &*segment.text)
                .collect::<Vec<_>>()
                .join(" ")
        };
        lines.iter().map(line).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn a_side_bar_is_read_on_its_own() {
        let mut rows = vec![vec![segment(
            40.0,
            800.0,
            "Ada Lovelace, who wrote the first program of all, as people say",
        )]];
        for (y, left, right) in [
            (780.0, "Skills of a person", "I built engines at the works"),
            (766.0, "Rust and much SQL", "for years, and then went on to"),
            (
                752.0,
                "Linux and networks",
                "teach people how to build them",
            ),
            (738.0, "English and French", "in London, in Paris, in Turin"),
            (724.0, "Chess, piano, bees", "and wherever else they asked"),
        ] {
            rows.push(vec![segment(40.0, y, left), segment(240.0, y, right)]);
        }
        let read = read(rows);
        assert!(
            read.contains("Rust and much SQL|Linux and networks"),
            "{read}"
        );
        assert!(read.contains("went on to|teach people"), "{read}");
    }

    #[test]
    fn dates_stay_beside_what_they_date() {
        let rows = (0..6_u8)
            .map(|row| {
                let y = 700.0 - 14.0 * f32::from(row);
                vec![
                    segment(40.0, y, "2010-2012"),
                    segment(140.0, y, "Engineer at the analytical works in London"),
                ]
            })
            .collect();
        assert!(read(rows).starts_with("2010-2012 Engineer"));
    }
}
