// Package console is the operator's web console: pages under /console/ that show
// and act through the same services as the API. It holds no rule of its own.
//
// A page is HTML from a template; links, filters and forms work without a script.
// Everything that a page holds, styles and script included, is embedded.
package console
