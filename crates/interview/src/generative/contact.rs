//! Takes out of a résumé what is nobody's business in an interview: the contact block, and personal data such as
//! birth date, marital status or photo, wherever they stand.

use std::sync::LazyLock;

use regex::Regex;

/// Lines at the top among which a contact block is looked for.
const HEAD_LINES: usize = 14;
/// A line of more words is a sentence, and no part of a contact block by its place alone.
const BLOCK_WORDS: usize = 8;
/// Words of a name or headline within the block.
const NAME_WORDS: usize = 6;

/// E-mail addresses, links and telephone numbers, wherever they stand.
static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)
        [\w.+-]+ @ [\w-]+ (\.[\w-]+)+
        | \b(https?://|www\.) [^\s|,;]+
        | \b(linkedin|github|gitlab|xing|twitter|x|facebook|instagram)\.com/ [^\s|,;]+
        | (\b(tel|telephone|phone|mobile|cell|fax|telefon|mobil|handy|tél|téléphone|portable|teléfono|móvil)\b\.?
            | 电话|手机|電話|携帯|هاتف|جوال) \s*[:：]?\s* [+(]?\d[\d\s().\-/]{5,}\d
        | (\+|\b00)\d[\d\s().\-/]{7,}\d
        | (\(\d{3}\)\s?|\b\d{3}[-.\s])\d{3}[-.\s]\d{4}\b
        | \b0\d{2,4}[\s/-]\d{3,4}[\s-]?\d{3,5}\b
        | \b1[3-9]\d{9}\b",
    )
});

/// Labelled personal data: label and value, to the end of the line or the next separator.
static PERSONAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?imx)
        ( \b( date\ of\ birth | birth\s?date | birthday | d\.o\.b\. | dob | place\ of\ birth | born(\ on)?
            | marital\ status | nationality | citizenship | gender | sex | religion | photo(graph)? | age
            | (home\ |postal\ |current\ )?address | passport(\ no\.?|\ number)? | social\ security\ number | national\ id
            | geburtsdatum | geburtsort | geboren(\ am)? | familienstand | staatsangeh(ö|oe)rigkeit | geschlecht
            | konfession | anschrift | adresse | lichtbild
            | fecha\ de\ nacimiento | lugar\ de\ nacimiento | estado\ civil | nacionalidad | domicilio | dirección | sexo
            | date\ de\ naissance | lieu\ de\ naissance | situation\ (familiale|matrimoniale) | nationalité | domicile
            ) \s*[:：]
        | (出生日期|出生年月|生日|年龄|性别|婚姻状况|婚否|民族|国籍|籍贯|政治面貌|住址|地址|照片|生年月日|性別|住所|国籍)\s*[:：]
        | (تاريخ\ الميلاد|مكان\ الميلاد|الحالة\ الاجتماعية|الجنسية|الجنس|العنوان|الديانة)\s*[:：]
        ) [^\n|;•·]*",
    )
});

/// Personal data that says so itself.
static STATEMENTS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?imx)
        ^ \s* ( (single|married|divorced|widowed|ledig|verheiratet|geschieden|verwitwet|soltero|soltera|casado|casada|célibataire|marié|mariée|未婚|已婚)
            ([,\s]+ [^\n]{0,30})? ) \s* $
        | \b(born|geboren|née?|nacid[oa])\s(on\s|am\s|le\s|el\s)? \d{1,2} [./\-\s] (\d{1,2}|\p{L}+) [./\-\s,]+ \d{4}
        | \b(born|geboren|née?|nacid[oa])\s(on\s|am\s|le\s|el\s)? \p{L}+ \s \d{1,2},? \s \d{4}
        | ^ \s* \d{2} \s years\s old \s* $",
    )
});

/// Street or town of an address, as it stands in a contact block.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)
        \b\d{1,5}[a-z]?\s([\p{L}.]+\s){1,4}(street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|place|way|square)\b
        | \b[\p{L}-]+\s?(straße|strasse|str\.|weg|platz|gasse|allee|ring|ufer)\s\d+
        | \b(calle|avenida|avda\.?|rue|via|rua|plaza)\s[\p{L}\s]+,?\s\d+ | \b\d+,?\s(bis\s)?(rue|avenue|boulevard|place)\s
        | \b[A-Z]{2}\s\d{5}(-\d{4})?\b | ^\s*([A-Z]-)?\d{4,5}\s\p{L}[\p{L}\s-]+$ | \b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b
        | [市区區县縣路街][^\n]{0,12}\d+\s?[号號室]",
    )
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("a constant pattern: {error}"))
}

/// The résumé without contact block and personal data.
pub(super) fn without_contact(resume: &str) -> String {
    let block = block_end(resume);
    let kept = resume
        .lines()
        .enumerate()
        .filter(|(at, line)| *at >= block || !is_part_of_block(line))
        .map(|(_, line)| line);
    let kept: Vec<String> = kept.map(scrubbed).collect();
    kept.join("\n").trim().to_owned()
}

/// The line after the last of the contact block; 0 without one. Name and headline stand between its lines.
fn block_end(resume: &str) -> usize {
    let head = resume
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .take(HEAD_LINES);
    // What stands in a sentence is not at the top for being a contact.
    head.filter(|(_, line)| is_contact(line) && words(scrubbed(line).as_str()) <= BLOCK_WORDS)
        .last()
        .map_or(0, |(at, _)| at + 1)
}

/// Within the block: a contact, or what a name or a headline may be.
fn is_part_of_block(line: &str) -> bool {
    let digits_or_sentence = |c: char| c.is_numeric() || matches!(c, ':' | ';');
    let ends = line.trim_end().ends_with(['.', '!', '?']);
    let name = words(line) <= NAME_WORDS && !ends && !line.contains(digits_or_sentence);
    name || (is_contact(line) && words(line) <= BLOCK_WORDS)
}

fn is_contact(line: &str) -> bool {
    [&CONTACT, &PERSONAL, &STATEMENTS, &ADDRESS]
        .iter()
        .any(|pattern| pattern.is_match(line))
}

fn scrubbed(line: &str) -> String {
    let line = CONTACT.replace_all(line, "");
    let line = PERSONAL.replace_all(&line, "");
    STATEMENTS.replace_all(&line, "").trim().to_owned()
}

fn words(line: &str) -> usize {
    line.split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_block_and_personal_data_are_taken_out() {
        for resume in [
            "Jane Q. Doe\n12 Main Street, Springfield, IL 62704\njane.doe@example.org | (555) 123-4567\nlinkedin.com/in/janedoe\n\nExperience\nBuilt 3 services, 2015 - 2019.",
            "Max Muster\nLindenstraße 5\n10115 Berlin\nTel.: 030 1234567\nGeburtsdatum: 1.2.1980\nFamilienstand: verheiratet, zwei Kinder\n\nBerufserfahrung\nBuilt 3 services, 2015 - 2019.",
            "王小明\n电话：13812345678\n出生日期：1990年1月\n婚姻状况：已婚\n\n工作经历\nBuilt 3 services, 2015 - 2019.",
            "Summary: Jane Doe, jane.doe@example.org, +1 555 123 4567. Built 3 services, 2015 - 2019. Date of birth: 1 May 1980",
            "Built 3 services, 2015 - 2019.\n\nPersonal\nDate of birth: 1 May 1980\nMarried, two children\nNationality: French\nAddress: 5 Elm Road, Springfield\nPhoto: attached",
        ] {
            let kept = without_contact(resume);
            assert!(kept.contains("Built 3 services, 2015 - 2019."), "{kept}");
            for private in [
                "@",
                "555",
                "Main Street",
                "62704",
                "linkedin",
                "Linden",
                "10115",
                "1234567",
                "1980",
                "verheiratet",
                "138",
                "1990",
                "已婚",
                "Married",
                "French",
                "Elm",
                "attached",
            ] {
                assert!(!kept.contains(private), "{private} in {kept}");
            }
        }
        assert!(!without_contact("Jane Doe\njane@example.org\n\nNurse").contains("Jane"));
    }

    #[test]
    fn work_stays() {
        for resume in [
            "I wrote parsers in Rust.",
            "Nurse, 2011-2015 and 01/2016-03/2019\nWard of 30 beds, 1200000 records, 99.95 % of 10 000 000 requests.",
            "Addressed 40 complaints a week.\nManaged a budget of 1 200 000 euros.\nSingle point of contact for 12 clients.",
            "Way of working: pair programming\nWrote the address book of a phone.",
        ] {
            assert_eq!(without_contact(resume), resume);
        }
    }
}
