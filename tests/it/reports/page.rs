//! The page for auditors, read without a browser: it is well-formed, whole, and asks nobody for anything.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::events::Event;

use super::{ESTATES, Estate, list, text};

/// A page taken apart.
#[derive(Default)]
struct Page {
    /// Every element's name with its attributes.
    elements: Vec<(String, BTreeMap<String, String>)>,
    /// The text inside each element that has an id.
    texts: BTreeMap<String, String>,
    style: String,
}

/// The page is well-formed XML, so that a text which escapes from its place is seen at once.
fn parsed(name: &str, html: &str) -> Page {
    let mut reader = quick_xml::Reader::from_str(html);
    let mut page = Page::default();
    // Elements that are open, with their ids.
    let mut open: Vec<(String, Option<String>)> = Vec::new();
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}"));
        let is_empty = matches!(event, Event::Empty(_));
        match event {
            Event::Eof => return page,
            Event::Start(tag) | Event::Empty(tag) => {
                let element = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
                let attributes: BTreeMap<String, String> = tag
                    .attributes()
                    .map(|attribute| {
                        let attribute = attribute.unwrap();
                        let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                        (key, attribute.unescape_value().unwrap().into_owned())
                    })
                    .collect();
                if !is_empty {
                    open.push((element.clone(), attributes.get("id").cloned()));
                }
                page.elements.push((element, attributes));
            }
            Event::End(tag) => {
                let (element, _) = open.pop().unwrap();
                assert_eq!(element.as_bytes(), tag.name().as_ref(), "{name}");
            }
            Event::Text(text) => {
                let text = text.unescape().unwrap();
                if open.last().is_some_and(|(element, _)| element == "style") {
                    page.style.push_str(&text);
                }
                for id in open.iter().filter_map(|(_, id)| id.as_ref()) {
                    page.texts.entry(id.clone()).or_default().push_str(&text);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn every_result_is_in_the_page() {
    for Estate { name, json, html, .. } in ESTATES.iter() {
        let page = parsed(name, html);
        let links: BTreeSet<&str> =
            page.elements.iter().filter_map(|(_, attributes)| attributes.get("href")?.strip_prefix('#')).collect();
        for (at, result) in list(&json["results"]).iter().enumerate() {
            let id = format!("r{at}");
            let row = page.texts.get(&id).unwrap_or_else(|| panic!("{name}: {result} has no row"));
            let subject = result["resource"].as_str().unwrap_or("account");
            for word in [text(&result["control"]), subject] {
                assert!(row.contains(word), "{name}: {word} is not in {row}");
            }
            assert!(links.contains(id.as_str()), "{name}: the matrix does not lead to {result}");
        }
        for link in links {
            assert!(page.texts.contains_key(link), "{name}: #{link} leads nowhere");
        }
    }
}

#[test]
fn the_page_is_one_file_that_runs_nothing_and_asks_nobody() {
    let known = "html head meta title style body a header h1 h2 h3 p ul li strong main section div table thead tbody tr th \
                 td code mark span small article dl dt dd footer br";
    let known: BTreeSet<&str> = known.split_whitespace().collect();
    for Estate { name, html, .. } in ESTATES.iter() {
        let page = parsed(name, html);
        for (element, attributes) in &page.elements {
            assert!(known.contains(element.as_str()), "{name}: <{element}>");
            for (key, value) in attributes {
                assert!(!key.starts_with("on") && key != "style" && key != "src", "{name}: {key}={value}");
                let is_link = value.starts_with('#') || value.starts_with("https://docs.aws.amazon.com/");
                assert!(key != "href" || is_link, "{name}: {value}");
            }
        }
        for word in ["url(", "@import", "expression("] {
            assert!(!page.style.contains(word), "{name}: {word} in the style");
        }
        assert!(html.contains("default-src 'none'"), "{name}");
    }
}

#[test]
fn a_table_is_read_by_its_headers_and_every_region_has_a_name() {
    for Estate { name, html, .. } in ESTATES.iter() {
        for (element, attributes) in parsed(name, html).elements {
            assert!(element != "th" || attributes.contains_key("scope"), "{name}: a header of nothing: {attributes:?}");
            let is_region = attributes.get("role").is_some_and(|role| role == "region");
            assert!(!is_region || attributes.contains_key("aria-labelledby"), "{name}: {attributes:?}");
        }
    }
}
