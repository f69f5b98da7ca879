package printable

import (
	"net/url"
	"regexp"
)

// hidden stands in the place of a secret.
const hidden = "***"

// givingAway is what the names of parameters have in them that are not to be shown.
const givingAway = `(?i:token|key|secret|password)`

// HideSecrets replaces what URLs in a text give away, by ***: passwords, users without one, and parameters whose names
// say token, key, secret or password. Other text stays as it is.
func HideSecrets(text string) string {
	text = regexp.MustCompile(`(://[^/?#\s:@]*):[^/?#\s]*@`).ReplaceAllString(text, "${1}:"+hidden+"@")
	text = regexp.MustCompile(`://[^/?#\s:@]+@`).ReplaceAllString(text, "://"+hidden+"@")
	return regexp.MustCompile(`([?&#][^\s?&#=]*`+givingAway+`[^\s?&#=]*=)[^\s&#]*`).ReplaceAllString(text, "${1}"+hidden)
}

// Address is a URL for a file that others may read: without its user and password, and without the parameters that
// HideSecrets would hide. Text that is no URL is treated as HideSecrets does.
func Address(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return HideSecrets(text)
	}
	u.User = nil
	secret, query, found := regexp.MustCompile(givingAway), u.Query(), false
	for name := range query {
		if secret.MatchString(name) {
			query.Del(name)
			found = true
		}
	}
	if found {
		u.RawQuery = query.Encode()
	}
	return HideSecrets(u.String()) // a fragment has parameters, too
}
