export default function Home() {
  return (
    <main>
      <h1>Faultline</h1>
    </main>
  );
}
