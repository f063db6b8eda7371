//! Globs over paths: forward slashes, `*` within one name, `**` across directories.

use globset::{GlobBuilder, GlobMatcher};

/// A glob and the text it was written as.
#[derive(Debug, Clone)]
pub struct PathGlob {
    text: String,
    matcher: GlobMatcher,
    /// What `x/**` begins with: the directory `x` itself belongs to it.
    directory: Option<GlobMatcher>,
}

/// A text that is no glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadGlob {
    /// The text.
    pub glob: String,
    /// What is wrong with it.
    pub message: String,
}

impl PathGlob {
    /// Reads a glob.
    ///
    /// # Errors
    /// A class that is not closed, a brace that is not, and the like.
    pub fn parse(text: &str) -> Result<Self, BadGlob> {
        // `./dist/` is a way to write the directory `dist`.
        let trimmed = text.strip_prefix("./").unwrap_or(text).trim_end_matches('/');
        let compile = |glob: &str| {
            let glob = GlobBuilder::new(glob).literal_separator(true).build();
            glob.map(|glob| glob.compile_matcher())
                .map_err(|error| BadGlob { glob: text.to_owned(), message: error.kind().to_string() })
        };
        let directory = trimmed.strip_suffix("/**").map(compile).transpose()?;
        Ok(Self { text: text.to_owned(), matcher: compile(trimmed)?, directory })
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the glob matches this name or path as it stands.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }

    /// Whether the glob speaks about a path: it matches the path itself or a directory on the way to it.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        ends.filter_map(|end| path.get(..end)).any(|path| self.matches(path))
            || self.directory.as_ref().is_some_and(|directory| directory.is_match(path))
            || self.text == "."
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

#[cfg(test)]
mod tests {
    use super::PathGlob;

    #[test]
    fn a_glob_covers_what_lies_below_what_it_matches() {
        for (glob, path, covers) in [
            ("envs/dev", "envs/dev", true),
            ("envs/dev/", "envs/dev/main.tf", true),
            ("./envs/*", "envs/dev/trail/main.tf", true),
            ("envs/dev", "envs/development", false),
            ("envs/dev", "other/envs/dev", false),
            // A Terraform root module is its directory.
            ("envs/dev/**", "envs/dev", true),
            ("envs/*/**", "envs/dev", true),
            ("envs/dev/**", "envs", false),
            ("**/legacy/**", "a/legacy/b.yaml", true),
            ("**/legacy", "legacy", true),
            ("*.yaml", "a.yaml", true),
            ("*.yaml", "a/b.yaml", false),
            ("**/*.yaml", "a/b.yaml", true),
            ("**", ".", true),
            (".", "anything/at/all", true),
            ("*", ".", true),
            ("{a,b}/*.tf", "b/main.tf", true),
        ] {
            assert_eq!(PathGlob::parse(glob).unwrap().covers(path), covers, "{glob} over {path}");
        }
        assert_eq!(PathGlob::parse("a[").unwrap_err().glob, "a[");
    }
}
