//! Scores as a plot in the terminal: one row a candidate, from 1 to 5, `o` for an interview, `|` for the mean.

const WIDTH: usize = 49;

pub(crate) fn scores(candidates: &[(&str, Vec<f64>)]) -> String {
    let mut plot = String::new();
    for (name, scores) in candidates {
        let mut row = vec!['·'; WIDTH];
        if !scores.is_empty() {
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            row[column(mean)] = '|';
        }
        for score in scores {
            row[column(*score)] = 'o';
        }
        let row: String = row.into_iter().collect();
        plot.push_str(&format!("{name:<11} {row}\n"));
    }
    let mut axis = vec![' '; WIDTH];
    for score in 1..=5_u32 {
        axis[column(f64::from(score))] = char::from_digit(score, 10).unwrap_or('?');
    }
    let axis: String = axis.into_iter().collect();
    plot.push_str(&format!("{:<11} {axis}\n", ""));
    plot
}

fn column(score: f64) -> usize {
    let share = ((score - 1.0) / 4.0).clamp(0.0, 1.0);
    // Within 0 and WIDTH - 1, so the cast is exact.
    (share * (WIDTH - 1) as f64).round() as usize
}
