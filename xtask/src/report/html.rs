//! Pieces of a page.

/// Text as it may stand in a page, also between quotation marks.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A part of the page with a name to link to. The body is HTML, the rest is text.
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) intro: String,
    pub(super) body: String,
}

impl Section {
    pub(super) fn html(&self) -> String {
        let Self { id, title, intro, body } = self;
        let intro = escape(intro);
        format!(
            "<section id=\"{id}\">\n<h2>{title}</h2>\n<p class=\"intro\">{intro}</p>\n{body}\n</section>\n"
        )
    }
}

/// A table whose first column names the rows. Heads and cells are HTML.
#[derive(Debug, Default)]
pub(super) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new<S: Into<String>>(head: impl IntoIterator<Item = S>) -> Self {
        Self { head: head.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, name: &str, cells: impl IntoIterator<Item = String>) {
        self.rows.push([escape(name)].into_iter().chain(cells).collect());
    }

    /// The table, in a frame that scrolls where the page is narrow.
    pub(super) fn html(&self) -> String {
        let heads: Vec<_> =
            self.head.iter().map(|cell| format!("<th scope=\"col\">{cell}</th>")).collect();
        let rows: Vec<_> = self.rows.iter().map(|cells| row(cells)).collect();
        format!(
            "<div class=\"wide\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>",
            heads.concat(),
            rows.concat()
        )
    }
}

fn row(cells: &[String]) -> String {
    let Some((name, cells)) = cells.split_first() else { return String::new() };
    let cells: Vec<_> = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
    format!("<tr><th scope=\"row\">{name}</th>{}</tr>\n", cells.concat())
}

/// A second line of a cell, for what is looked at second.
pub(super) fn under(text: &str) -> String {
    format!("<small>{}</small>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::{Table, escape};

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
        let mut table = Table::new(["scheme", "x"]);
        table.row("<script>", ["1".to_owned()]);
        assert!(table.html().contains("<th scope=\"row\">&lt;script&gt;</th><td>1</td>"));
    }
}
