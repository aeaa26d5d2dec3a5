// Before anything is painted: the theme that was chosen, if one was.
try {
  const theme = localStorage.getItem('elias.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // storage is blocked: the system's theme holds
}
