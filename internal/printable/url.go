package printable

import (
	"net/url"
	"regexp"
	"strings"
)

// Hidden stands in the place of a secret.
const Hidden = "***"

// HideSecrets replaces what URLs in a text give away, by ***: passwords, users without one, and parameters whose names say
// token, key, secret, password, auth or signature, or are code, pass, pwd or sig. Other text stays as it is: what stands in
// a path is not hidden.
func HideSecrets(text string) string {
	text = regexp.MustCompile(`://[^/?#\s]*@`).ReplaceAllStringFunc(text, hideUser)
	return regexp.MustCompile(`[?&#;][^\s?&#=;]*=[^\s&#;]*`).ReplaceAllStringFunc(text, hideParameter)
}

// hideUser is given "://user:password@".
func hideUser(authority string) string {
	user, _, hasPassword := strings.Cut(authority[len("://"):len(authority)-len("@")], ":")
	if !hasPassword {
		return "://" + Hidden + "@"
	}
	return "://" + user + ":" + Hidden + "@"
}

// hideParameter is given "&name=value"; the name may be escaped.
func hideParameter(parameter string) string {
	name, _, _ := strings.Cut(parameter[1:], "=")
	plain, err := url.QueryUnescape(name)
	if err == nil && !regexp.MustCompile(givingAway).MatchString(plain) {
		return parameter
	}
	return parameter[:1+len(name)] + "=" + Hidden
}

// givingAway are the names of parameters that are not to be shown.
const givingAway = `(?i)token|key|secret|passw|auth|signature|^(code|pass|pwd|sig)$`

// Address is a server's URL for a file that others may read: without user, password and parameters. Text that is no URL
// is treated as HideSecrets does.
func Address(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return HideSecrets(text)
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return u.String()
}
