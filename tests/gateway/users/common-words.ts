/**
 * Words that guessers try first, as far as they are useful in passwords of twelve characters or more: repeated,
 * decorated and combined.
 */
export const commonWords: readonly string[] = `
abcdef access account admin administrator amanda andrea angel angela animal anthony apple april arsenal august austin
autumn barcelona baseball basketball batman beautiful berlin blessed blink182 bonjour boston butterfly buster
changeme changeit charlie cheese chelsea chicago chocolate christian company computer cookie
correcthorsebatterystaple daniel database december default demo diamond dragon eagle email enter example
family february flower football forever forgot freedom friday friend fuckyou galaxy gateway ginger google guest
hallo hannah harley hello heslo hockey hottie iloveyou information instagram internet jennifer jessica jordan
jesus joshua july june justin killer killme kitten laptop lakers letmein liverpool login london love lovely lovers
madrid maggie manager march marina master matrix matthew mercedes michael michelle minecraft mobile monday money
monkey mother mustang mypass naruto newpassword nicole ninja november nothing october office oracle orange paris
pass passe passphrase passwd password passwort pepper please pokemon princess private purple qazwsx ranger
root samantha samsung saturday schalke secret secure security september server service shadow silver
soccer spring starwars station student summer sunday sunshine superman superuser support sunset system teamo telefon
temp temporary test testing thankyou thomas thunder tigger trustno tuesday twitter user username wednesday
welcome whatever willkommen william winter wizard wordpass yankees yellow zaq1
`
  .trim()
  .split(/\s+/)
  .sort((a, b) => b.length - a.length);
