process.stdout.write("worker waits\n");
setInterval(() => {}, 1000);
