//! What the client would like to read: the language and the kind of content, with quality values (RFC 9110, section 12.5).

use actix_web::http::header::{self, HeaderMap};
use raakvlak_domain::languages::Language;

/// The language that the client prefers of those that the software speaks; Dutch when it does not say.
#[must_use]
pub fn language(headers: &HeaderMap) -> Language {
    let ranges = ranges(headers, header::ACCEPT_LANGUAGE);
    let mut best = (Language::Nl, 0);
    for language in Language::ALL {
        let quality = language_quality(&ranges, language.as_str());
        if quality > best.1 {
            best = (*language, quality);
        }
    }
    best.0
}

/// Whether the client accepts one of these media types; a client that does not say accepts everything.
#[must_use]
pub fn accepts(headers: &HeaderMap, media_types: &[&str]) -> bool {
    if !headers.contains_key(header::ACCEPT) {
        return true;
    }
    let ranges = ranges(headers, header::ACCEPT);
    media_types.iter().any(|media_type| media_quality(&ranges, media_type) > 0)
}

/// The quality of a language: that of the most specific range that covers it.
fn language_quality(ranges: &[(String, u16)], language: &str) -> u16 {
    let named = ranges.iter().filter(|(range, _)| range.split('-').next() == Some(language)).map(|(_, quality)| *quality).max();
    named.or_else(|| ranges.iter().find(|(range, _)| range == "*").map(|(_, quality)| *quality)).unwrap_or(0)
}

fn media_quality(ranges: &[(String, u16)], media_type: &str) -> u16 {
    let kind = media_type.split('/').next().unwrap_or_default();
    let covering = [media_type.to_owned(), format!("{kind}/*"), "*/*".to_owned()];
    covering.iter().find_map(|covering| ranges.iter().find(|(range, _)| range == covering)).map_or(0, |(_, quality)| *quality)
}

/// The ranges of a header in the order sent, in lower case and without parameters, each with its quality in thousandths.
fn ranges(headers: &HeaderMap, name: header::HeaderName) -> Vec<(String, u16)> {
    let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(range).collect()
}

fn range(text: &str) -> Option<(String, u16)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?.to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((range, quality.map_or(1_000, thousandths)))
}

/// A quality value in thousandths; one that cannot be read counts as zero.
fn thousandths(text: &str) -> u16 {
    match text.trim().parse::<f32>() {
        Ok(quality) if (0.0..=1.0).contains(&quality) => (quality * 1_000.0).round() as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn chooses_the_language_by_quality() {
        let of = |value| language(&headers(header::ACCEPT_LANGUAGE, value));
        assert_eq!(language(&HeaderMap::new()), Language::Nl);
        assert_eq!(of("en"), Language::En);
        assert_eq!(of("en-GB,en;q=0.9"), Language::En);
        assert_eq!(of("en;q=0.5, nl-NL;q=0.8"), Language::Nl);
        assert_eq!(of("nl;q=0, *"), Language::En);
        assert_eq!(of("fr, de;q=0.5"), Language::Nl);
        assert_eq!(of("*"), Language::Nl);
        assert_eq!(of("EN;Q=1.0"), Language::En);
        assert_eq!(of(";;,,q=x"), Language::Nl);
    }

    #[test]
    fn knows_what_is_accepted() {
        let of = |value| accepts(&headers(header::ACCEPT, value), &["application/json"]);
        assert!(accepts(&HeaderMap::new(), &["application/json"]));
        assert!(of("*/*"));
        assert!(of("text/html, application/*;q=0.2"));
        assert!(of("Application/JSON; charset=utf-8"));
        assert!(!of("text/html"));
        assert!(!of("application/json;q=0, */*"));
        assert!(!of("application/xml, text/*"));
    }
}
