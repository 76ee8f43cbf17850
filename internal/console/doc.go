// Package console is the operator's web console: pages under /console/ that show
// and act through the same services as the API. It holds no rule of its own.
package console
